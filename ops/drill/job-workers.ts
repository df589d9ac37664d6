// @ts-nocheck
import { controlOf } from '../stack/control';
import { withOwnStack } from './own-stack';
import { signUp } from './load';
import { waitUntil } from '../../tools/command/run-command';
import { workerName } from '../stack/app-names';
import { StackInfo } from '../stack/types';

const jobs = 24;
const limitMs = 120_000;

/** Small to send and long to work on, so that it is the job workers that take the time. */
function newPicture(): Promise<Buffer> {
  const sharp = require('sharp');
  return sharp({ create: { width: 5_000, height: 5_000, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();
}

/** @returns by job worker, how many jobs it has done since it started */
async function doneBy({ env }): Promise<Record<string, number>> {
  const { askAll, folder } = controlOf(env);
  const answers = await askAll(folder, 'GET /status');
  const workers = answers.filter(({ answer }) => answer.kind === 'worker' && answer.isConnected);
  return Object.fromEntries(workers.map(({ name, answer }) => [name, answer.jobs.ended.done]));
}

/** All jobs at once, until the last is done. */
async function runJobs(
  url: string,
  info: StackInfo,
  people: { id: any; token: any }[],
  picture: Buffer<ArrayBufferLike> | Uint8Array<ArrayBufferLike>,
) {
  const before = await doneBy(info);
  const began = Date.now();
  await Promise.all(
    people.map(async ({ id, token }) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'image/png' };
      // The digest of a picture tells whether it is another one.
      const body = Buffer.concat([picture, Buffer.from(`${began}${id}`)]);
      const response = await fetch(`${url}/users/${id}/avatar`, { method: 'PUT', headers, body });
      if (response.status !== 202) throw new Error(`PUT avatar answers ${response.status}`);
      await response.arrayBuffer();
    }),
  );
  const shares = async () =>
    Object.entries(await doneBy(info)).map(([name, done]) => [name, done - (before[name] ?? 0)]);
  const areDone = async () => {
    const now = await shares();
    return now.reduce((sum, [, done]) => sum + done, 0) >= people.length && now;
  };
  const done = await waitUntil(areDone, { timeoutMs: limitMs, what: 'Not every job is done' });
  return { seconds: (Date.now() - began) / 1_000, done };
}

/** The same jobs with one job worker and with two. @returns what was not as promised */
export async function drillJobWorkers(progress: any): Promise<string[]> {
  const faults: string[] | PromiseLike<string[]> = [];
  await withOwnStack(progress, { apiWorkers: 1 }, async ({ stack, url }) => {
    // Each picture is of another person, so that no job makes another one needless.
    const people = await Promise.all(Array.from({ length: jobs }, () => signUp(url)));
    const picture = await newPicture();
    const info = stack.info();
    await runJobs(url, info, people.slice(0, 4), picture);
    const tell = ({ seconds, done }) =>
      `${seconds.toFixed(1)} s (${done.map(([name, count]) => `${name} ${count}`).join(', ')})`;
    const runs = [];
    for (const command of ['+1', '1', '+1']) {
      const one = await runJobs(url, info, people, picture);
      console.log(`${jobs} avatars, ${one.done.length} job workers: ${tell(one)}`);
      runs.push(one);
      await stack.pm2(['scale', workerName, command], { timeoutMs: 60_000 });
      const count = command === '1' ? 1 : 2;
      const isThere = async () => Object.keys(await doneBy(info)).length === count;
      await waitUntil(isThere, { timeoutMs: 30_000, what: `${count} job workers are not there` });
    }
    const last = await runJobs(url, info, people, picture);
    console.log(`${jobs} avatars, ${last.done.length} job workers: ${tell(last)}`);
    for (const { done } of [...runs, last].filter((run) => run.done.length === 2)) {
      if (done.some(([, count]) => count === 0)) faults.push('one of two job workers took no job');
    }
  });
  return faults;
}
