import sharp from 'sharp';
import type { Progress } from '../../tools/command/progress';
import { waitUntil } from '../../tools/command/run-command';
import { putAvatar, signUp, type Client } from '../../tools/kit/people';
import { workerName } from '../stack/app-names';
import { askAll } from '../../src/control/control-client';
import { runDirOf } from '../stack/control';
import type { Stack, StackInfo } from '../stack/types';
import { withOwnStack } from './own-stack';

const jobs = 24;
const limitMs = 120_000;
/** Small to send and long to work on, so that the job workers take most of the time. */
const create = { width: 5_000, height: 5_000, channels: 3, background: 'teal' } as const;

/** @returns the number of jobs that each job worker has done since its start */
export async function doneBy({ env }: StackInfo): Promise<Map<string, number>> {
  const answers = await askAll(runDirOf(env), 'GET /status');
  return new Map(
    answers.flatMap(({ name, answer }) =>
      answer.kind === 'worker' && answer.isConnected ? [[name, answer.jobs.ended.done ?? 0]] : [],
    ),
  );
}

/** Changes the number of job workers, and waits until they are there. @param change for `pm2 scale` */
export async function scaleJobWorkers(stack: Stack, change: string, count: number): Promise<void> {
  await stack.pm2(['scale', workerName, change], { timeoutMs: 60_000 });
  const areThere = async () => (await doneBy(stack.info())).size === count;
  await waitUntil(areThere, { timeoutMs: 30_000, what: `${count} job workers are not there` });
}

/** Starts all jobs at once, and waits until the last is done. */
async function runJobs(url: string, info: StackInfo, people: Client[], picture: Buffer) {
  const before = await doneBy(info);
  const began = Date.now();
  await Promise.all(
    // A digest distinguishes pictures.
    people.map((person) =>
      putAvatar(url, person, Buffer.concat([picture, Buffer.from(`${began}${person.id}`)]), 'image/png'),
    ),
  );
  const areDone = async () => {
    const shares = [...(await doneBy(info))].map(([name, done]) => ({
      name,
      done: done - (before.get(name) ?? 0),
    }));
    return shares.reduce((sum, { done }) => sum + done, 0) >= people.length && shares;
  };
  const shares = await waitUntil(areDone, { timeoutMs: limitMs, what: 'Not every job is done' });
  return { seconds: (Date.now() - began) / 1_000, shares };
}

/** Runs the same jobs with one job worker and with two. @returns the promises that did not hold */
export const drillJobWorkers = (progress: Progress) =>
  withOwnStack(progress, { apiWorkers: 1 }, async ({ stack, url, faults }) => {
    // Each job belongs to another member, since a later picture makes the job of an earlier one needless.
    const people = await Promise.all(Array.from({ length: jobs }, () => signUp(url)));
    const picture = await sharp({ create }).png().toBuffer();
    const info = stack.info();
    await runJobs(url, info, people.slice(0, 4), picture);
    for (const command of ['+1', '1', '+1', undefined]) {
      const { seconds, shares } = await runJobs(url, info, people, picture);
      const spread = shares.map(({ name, done }) => `${name} ${done}`).join(', ');
      console.log(`${jobs} avatars, ${shares.length} job workers: ${seconds.toFixed(1)} s (${spread})`);
      if (shares.length === 2 && shares.some(({ done }) => done === 0))
        faults.push('one of two job workers took no job');
      if (!command) break;
      await scaleJobWorkers(stack, command, command === '1' ? 1 : 2);
    }
  });
