// @ts-nocheck
import { apiName } from '../stack/app-names';
import { interruption, UserError } from '../../tools/command/run-command';
import { percentile } from '../../src/lib/percentile';
import { p99, post, prepareLoad, sendArrivals, signUp } from './load';
import { oddRequests } from './odd-requests';
import { withOwnStack } from './own-stack';
import { Stack } from '../stack/types';

const oddPerSecond = 200;
const plainPerSecond = 50;
const seconds = 20;
/** Aimed at: p99 of the plain requests, by theirs without odd ones. */
const mostTimesP99 = 2;
/** Aimed at: how late a timer of a worker is at most. */
const mostLateMs = 50;
/** Node measures from one timer to the next, so without any lag it finds this. */
const timerMs = 10;
/** A password that waits for a hash thread, or NGINX's limit: refused as it should be. */
const failures = ['500', '502', '504'];

/** Since the last call, by worker: prom-client begins anew at each look. @returns ms, of the latest */
async function latestLoop(stack: Stack & Record<string, any>): Promise<number> {
  const ports = (await stack.apps()).filter(({ name }) => name === apiName).map(({ port }) => port);
  const lags = await Promise.all(
    ports.map(async (port: any) => {
      const response = await fetch(`http://127.0.0.1:${port}/metrics`);
      const [, lag] = /^nodejs_eventloop_lag_max_seconds\S* (\S+)$/m.exec(await response.text()) ?? [];
      return Math.max(0, Number(lag) * 1_000 - timerMs);
    }),
  );
  return Math.max(...lags);
}

/** A new member with a task, as an Admin gives it. */
async function newMember(url: string, adminToken: string) {
  const { id, token } = await signUp(url);
  const { _id } = await post<{ _id: string }>(`${url}/tasks`, { title: 'Drill', assignedTo: id }, adminToken);
  return { token, taskPath: `/tasks/${_id}`, userPath: `/users/${id}` };
}

/** Reads, lists and one write in ten. */
function plainRequests({ token, taskPath, userPath }) {
  const headers = { authorization: `Bearer ${token}` };
  const reads = [taskPath, '/tasks?limit=5', userPath].map((path) => ({ method: 'GET', path, headers }));
  const body = JSON.stringify({ status: 'Doing' });
  const asJson = { ...headers, 'content-type': 'application/json' };
  const write = { method: 'PATCH', path: taskPath, headers: asJson, body };
  return (index: number) => (index % 10 === 9 ? write : reads[index % reads.length]);
}

const count = (
  statuses: { [s: string]: unknown } | ArrayLike<unknown>,
  isMeant: { (status: any): boolean; (status: any): boolean; (arg0: string): any },
) => Object.entries(statuses).reduce((sum, [status, times]) => sum + (isMeant(status) ? times : 0), 0);

/** Plain requests of one member, while another and a stranger send odd ones. */
export async function drillOddRequests(progress: {
  step: (
    arg0: string,
    arg1: string,
    arg2: () => Promise<
      [
        { statuses: Record<string, number>; times: number[] },
        { statuses: Record<string, number>; times: number[] },
      ]
    >,
  ) => PromiseLike<[any, any]> | [any, any];
}): Promise<string[]> {
  const faults: string[] | PromiseLike<string[]> = [];
  // Each address is logged, as it is by default; this machine is exempt from limits, so none of them hides anything.
  const options = { apiWorkers: 2, env: { LOG_LEVEL: 'info' } };
  await withOwnStack(progress, options, async ({ stack, url, ...account }) => {
    const { token } = await prepareLoad({ url, ...account });
    const plain = plainRequests(await newMember(url, token));
    const odd = oddRequests(await newMember(url, token));
    const { signal } = interruption;
    const sendPlain = (length: number) =>
      sendArrivals({ url, perSecond: plainPerSecond, seconds: length, connections: 64, signal, next: plain });
    const sendOdd = () =>
      sendArrivals({
        url,
        perSecond: oddPerSecond,
        seconds,
        connections: 128,
        signal,
        next: (index: number) => odd[index % odd.length],
      });
    const phase = async (
      name: string,
      work: {
        (): Promise<{ statuses: Record<string, number>; times: number[] }[]>;
        (): Promise<
          [
            { statuses: Record<string, number>; times: number[] },
            { statuses: Record<string, number>; times: number[] },
          ]
        >;
        (): Promise<{ statuses: Record<string, number>; times: number[] }[]>;
      },
    ) => {
      await latestLoop(stack);
      const [taken, ofOdd] = await progress.step('load', name, work);
      if (signal.aborted) throw new UserError('interrupted');
      const answered = count(taken.statuses, (status: string) => status === '200');
      return { ...taken, answered, odd: ofOdd, lateMs: await latestLoop(stack) };
    };
    const alone = async () => [await sendPlain(seconds / 2)];
    await progress.step('load', 'warming up', () => Promise.all([sendPlain(5), sendOdd()]));
    const before = await phase('plain requests alone', alone);
    const during = await phase('odd requests beside them', () =>
      Promise.all([sendPlain(seconds), sendOdd()]),
    );
    const after = await phase('plain requests alone', alone);

    console.log('\nplain requests      answered        p50       p99       loop late, at most');
    for (const [name, { times, answered, lateMs }] of Object.entries({ before, during, after })) {
      const [p50, p99] = [0.5, 0.99].map((part) => `${percentile(times, part).toFixed(1)} ms`.padEnd(10));
      const share = `${answered} of ${times.length}`.padEnd(16);
      console.log(`${name.padEnd(20)}${share}${p50}${p99}${lateMs.toFixed(0)} ms`);
    }
    const statuses = Object.entries(during.odd.statuses).map(([status, times]) => `${times} × ${status}`);
    console.log(`odd requests: ${statuses.join(', ')}`);

    const lost = during.times.length - during.answered;
    if (lost > 0) faults.push(`${lost} plain requests were not answered with 200`);
    const ratio = p99(during.times) / p99([...before.times, ...after.times]);
    console.log(`p99 is ${ratio.toFixed(1)} times that without odd requests (aim: ${mostTimesP99})`);
    if (!(ratio <= mostTimesP99)) faults.push(`p99 is ${ratio.toFixed(1)} times that without odd requests`);
    const withoutMs = Math.max(before.lateMs, after.lateMs).toFixed(0);
    if (!(during.lateMs <= mostLateMs))
      faults.push(
        `an event loop was ${during.lateMs.toFixed(0)} ms late (${withoutMs} without odd requests)`,
      );
    const broken = count(
      during.odd.statuses,
      (status: string) => failures.includes(status) || !/^\d+$/.test(status),
    );
    if (broken > 0) faults.push(`${broken} odd requests got no proper answer`);
  });
  return faults;
}
