import { p99, percentile } from '../../src/lib/percentile';
import type { Progress } from '../../tools/command/progress';
import { interruption } from '../../tools/command/run-command';
import { post, signUp } from '../../tools/kit/people';
import { inTurns } from '../../tools/load/closed-loop';
import { openConnections, type Request } from '../../tools/load/connections';
import { sendAtRate } from '../../tools/load/open-loop';
import { apiName } from '../stack/app-names';
import type { Stack } from '../stack/types';
import { count, prepareLoad } from './load';
import { oddRequests, type Member } from './odd-requests';
import { withOwnStack } from './own-stack';

const oddPerSecond = 200;
const plainPerSecond = 50;
const seconds = 20;
/** Aim: the p99 of the plain requests beside odd ones is at most so many times their p99 alone. */
const mostTimesP99 = 2;
/** Aim: the most milliseconds by which a timer of an API worker is late. */
const mostLateMs = 50;
/** Node measures from one timer to the next, so it finds this much without any lag. */
const timerMs = 10;
/** A 503 is no failure: a password waits for a hash thread, or NGINX limits requests. */
const failures = ['500', '502', '504'];

type Statuses = Record<string, number>;

/** @returns the longest lag of an event loop since the last call, in ms: prom-client begins anew on each scrape */
async function latestLoop(stack: Stack): Promise<number> {
  const workers = (await stack.apps()).filter(({ name }) => name === apiName);
  const lags = await Promise.all(
    workers.map(async ({ door }) => {
      const response = await fetch(`${door}/metrics`);
      const [, lag] = /^nodejs_eventloop_lag_max_seconds\S* (\S+)$/m.exec(await response.text()) ?? [];
      return Math.max(0, Number(lag) * 1_000 - timerMs);
    }),
  );
  return Math.max(...lags);
}

/** Signs up a member, to whom the Admin assigns a task. */
async function newMember(url: string, admin: Record<string, string>): Promise<Member> {
  const { id, headers } = await signUp(url);
  const { _id } = await post<{ _id: string }>(`${url}/tasks`, { title: 'Drill', assignedTo: id }, admin);
  return { headers, taskPath: `/tasks/${_id}`, userPath: `/users/${id}` };
}

/** Makes reads, lists and one write in ten, in turns. */
function plainRequests({ headers, taskPath, userPath }: Member): Request[] {
  return Array.from({ length: 30 }, (_, index) => {
    if (index % 10 < 9)
      return { method: 'GET', path: [taskPath, '/tasks?limit=5', userPath][index % 3]!, headers };
    const body = JSON.stringify({ status: 'Doing' });
    const asJson = { ...headers, 'content-type': 'application/json' };
    return { method: 'PATCH', path: taskPath, headers: asJson, body };
  });
}

/**
 * Makes a function that sends requests in turns at a fixed rate for some seconds. It returns answers by status and the
 * milliseconds from when each request was due. @throws AbortError if Ctrl-C ends the drill
 */
const senderOf =
  (url: string, requests: Request[], perSecond: number, connections: number) => async (length: number) => {
    const opened = openConnections({ url, connections });
    const statuses: Statuses = {};
    const times: number[] = [];
    await sendAtRate(opened, {
      ...{ perSecond, seconds: length, next: inTurns(requests), signal: interruption.signal },
      onAnswer({ status, error }, { tookMs }) {
        count(statuses, error ?? String(status));
        times.push(tookMs);
      },
    }).finally(() => opened.close());
    return { statuses, times };
  };

const countOf = (statuses: Statuses, isMeant: (status: string) => boolean) =>
  Object.entries(statuses).reduce((sum, [status, times]) => sum + (isMeant(status) ? times : 0), 0);

/** Sends plain requests of one member, while another member and a stranger send odd ones. */
export function drillOddRequests(progress: Progress): Promise<string[]> {
  // Each address is logged, as by default. Loopback is exempt from limits, so that no limit hides anything.
  const options = { apiWorkers: 2, env: { LOG_LEVEL: 'info' } };
  return withOwnStack(progress, options, async ({ stack, faults, ...account }) => {
    const { url } = account;
    const { headers } = await prepareLoad(account);
    const sendPlain = senderOf(url, plainRequests(await newMember(url, headers)), plainPerSecond, 64);
    const sendOdd = senderOf(url, oddRequests(await newMember(url, headers)), oddPerSecond, 128);
    const phase = async (name: string, length: number, withOdd = false) => {
      await latestLoop(stack);
      const [{ statuses, times }, odd] = await progress.step('load', name, () =>
        Promise.all([sendPlain(length), withOdd ? sendOdd(length) : undefined]),
      );
      return {
        times,
        answered: statuses['200'] ?? 0,
        odd: odd?.statuses ?? {},
        lateMs: await latestLoop(stack),
      };
    };
    await progress.step('load', 'warming up', () => Promise.all([sendPlain(5), sendOdd(seconds)]));
    const before = await phase('plain requests alone', seconds / 2);
    const during = await phase('odd requests beside them', seconds, true);
    const after = await phase('plain requests alone', seconds / 2);

    console.log('\nplain requests      answered        p50       p99       loop late, at most');
    for (const [name, { times, answered, lateMs }] of Object.entries({ before, during, after })) {
      const parts = [0.5, 0.99].map((part) => `${percentile(times, part).toFixed(1)} ms`.padEnd(10));
      const share = `${answered} of ${times.length}`.padEnd(16);
      console.log(`${name.padEnd(20)}${share}${parts.join('')}${lateMs.toFixed(0)} ms`);
    }
    const statuses = Object.entries(during.odd).map(([status, times]) => `${times} × ${status}`);
    console.log(`odd requests: ${statuses.join(', ')}`);

    const lost = during.times.length - during.answered;
    if (lost > 0) faults.push(`${lost} plain requests were not answered with 200`);
    const ratio = p99(during.times) / p99([...before.times, ...after.times]);
    const times = `p99 is ${ratio.toFixed(1)} times that without odd requests`;
    console.log(`${times} (aim: ${mostTimesP99})`);
    if (!(ratio <= mostTimesP99)) faults.push(times);
    const [lateMs, withoutMs] = [during.lateMs, Math.max(before.lateMs, after.lateMs)].map((late) =>
      late.toFixed(0),
    );
    if (!(during.lateMs <= mostLateMs))
      faults.push(`an event loop was ${lateMs} ms late (${withoutMs} without odd requests)`);
    const broken = countOf(during.odd, (status) => failures.includes(status) || !/^\d+$/.test(status));
    if (broken > 0) faults.push(`${broken} odd requests got no proper answer`);
  });
}
