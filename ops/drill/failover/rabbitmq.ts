import { jobQueueNames } from '../../../src/infra/rabbit/rabbit';
import { inSeconds } from '../../../tools/command/progress';
import { waitUntil } from '../../../tools/command/run-command';
import { createPictures, signUp, type Client } from '../../../tools/kit/people';
import { doneBy, scaleJobWorkers } from '../job-workers';
import { withOwnStack } from '../own-stack';
import { runJobsOverFault, type Outcome } from './jobs-over-fault';
import type { Part } from './part';
import { startRabbitCluster } from './rabbit-cluster';

const KILLED_JOBS = 200;
const FROZEN_JOBS = 60;
const EVERY_MS = 100;

/** Kills the leader of the queue of jobs, then freezes the broker that the job worker is connected to. */
export const rabbitmq: Part = async (progress) => {
  const cluster = await progress.step('cluster', 'three RabbitMQ brokers', startRabbitCluster);
  const { queue, dead } = jobQueueNames('taskfleet');
  const options = { apiWorkers: 1, env: { RATE_LIMIT: '0' }, urls: { rabbit: cluster.url } };
  try {
    return await withOwnStack(progress, options, async ({ stack, url, faults }) => {
      const picture = await createPictures();
      // One after the other: a worker refuses sign-ups that would wait too long for a hash.
      const people = await progress.step('people', `${KILLED_JOBS} sign up`, async () => {
        const all: Client[] = [];
        while (all.length < KILLED_JOBS) all.push(await signUp(url));
        return all;
      });
      const info = stack.info();
      const total = async () => [...(await doneBy(info)).values()].reduce((sum, done) => sum + done, 0);

      async function measure(what: string, jobs: number, breakIt: () => void) {
        const before = await total();
        const outcome = await runJobsOverFault(url, people.slice(0, jobs), {
          picture,
          everyMs: EVERY_MS,
          breakIt,
        });
        report(what, outcome, (await total()) - before);
      }
      /** @param effects attempts whose effect counted, as the job workers report */
      function report(
        what: string,
        { sent, lost, repeated, runsAgainMs, slowestMs }: Outcome,
        effects: number,
      ) {
        const doubled = Math.max(0, effects - (sent - lost));
        console.log(
          `${what}: ${lost} of ${sent} jobs lost, ${doubled} doubled, ${repeated} of several attempts`,
        );
        console.log(
          `${what}: jobs run again after ${inSeconds(runsAgainMs)}, slowest ${inSeconds(slowestMs)}`,
        );
        if (lost > 0) faults.push(`${what}: ${lost} of ${sent} jobs were lost`);
        if (doubled > 0) faults.push(`${what}: ${doubled} of ${sent} jobs were done twice`);
      }

      await scaleJobWorkers(stack, '+1', 2);
      const leaderNow = async () => (await cluster.queues()).find(({ name }) => name === queue)?.leader ?? '';
      const leader = await leaderNow();
      await measure(`kill -9 of the leader, ${leader}`, KILLED_JOBS, () => cluster.signal(leader, 'SIGKILL'));
      await progress.step('cluster', `starting ${leader} again`, () => cluster.restart(leader));

      await scaleJobWorkers(stack, '1', 1);
      const node = await cluster.nodeOfConsumer(queue);
      const which = node === (await leaderNow()) ? 'also the leader' : 'not the leader';
      await measure(`SIGSTOP of the job worker’s broker, ${node}, ${which}`, FROZEN_JOBS, () =>
        cluster.signal(node, 'SIGSTOP'),
      );
      cluster.signal(node, 'SIGCONT');

      const isEmpty = async () => (await cluster.queues()).every(({ messages }) => messages === 0);
      await waitUntil(isEmpty, { timeoutMs: 60_000, what: 'not empty' }).catch(() =>
        faults.push(`${queue} or ${dead} has messages at the end`),
      );
    });
  } finally {
    await progress.step('cluster', 'stopping', cluster.stop);
  }
};
