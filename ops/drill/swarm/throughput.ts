import { percentile } from '../../../src/lib/percentile';
import { newPerson } from '../../../tools/kit/people';
import { inTurns, startClosedLoop } from '../../../tools/load/closed-loop';
import { openConnections, type Request } from '../../../tools/load/connections';
import { HOSTS, network } from '../engine/hosts';
import { calm } from '../load';
import { addRow, marked, type Part } from './part';
import { urlOf } from './stack';

/** Cores of each replica, so that nine of them and everything else fit on two. */
const QUOTA = '0.08';
const REPLICAS = [3, 6, 9];
/** Clients for each replica, so that none waits for work. */
const CLIENTS = 3;
const MEASURE_MS = 20_000;
const ROUNDS = 3;
const AIM = 0.9;

/** @returns sign-ups a second through the NGINX of all hosts */
async function measure(replicas: number): Promise<number> {
  const request = (): Request => ({
    method: 'POST',
    path: '/users/signup',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(newPerson()),
  });
  let done = 0;
  let isMeasured = false;
  const loops = HOSTS.map((host) => {
    const own = Math.ceil((replicas * CLIENTS) / HOSTS.length);
    const opened = openConnections({
      url: urlOf(host),
      ownNetwork: network.prefix,
      connections: own,
    });
    const loop = startClosedLoop(opened, {
      clients: own,
      next: request,
      onAnswer: ({ status }) => {
        if (isMeasured && status === 201) done += 1;
      },
    });
    return { loop, opened };
  });
  await calm(5_000);
  isMeasured = true;
  const began = performance.now();
  await calm(MEASURE_MS);
  isMeasured = false;
  const seconds = (performance.now() - began) / 1_000;
  for (const { loop, opened } of loops) {
    await loop.stop();
    await opened.close();
  }
  return done / seconds;
}

/**
 * Compares sign-ups a second with 3, 6 and 9 API workers of equal quotas, in turns. It is the first part: the stand-in for
 * MongoDB reads whole collections, and what other parts write makes it the bottleneck.
 */
export const throughput: Part = async (context) => {
  const { progress, stack, clients } = context;
  clients.pause(true);
  const rates = new Map<number, number[]>(REPLICAS.map((replicas) => [replicas, []]));
  await marked(context, 'throughput', () =>
    progress.step(
      'rates',
      `sign-ups with ${REPLICAS.join(', ')} workers of ${QUOTA} cores`,
      async ({ say }) => {
        await stack.limit(QUOTA);
        const next = inTurns(REPLICAS);
        for (let turn = 0; turn < ROUNDS * REPLICAS.length; turn += 1) {
          const replicas = next();
          await stack.scale(replicas);
          await calm(3_000);
          const rate = await measure(replicas);
          rates.get(replicas)!.push(rate);
          say(`${replicas} workers: ${rate.toFixed(2)} sign-ups/s`);
        }
        await stack.limit('1');
        await stack.scale(3);
      },
    ),
  );
  clients.pause(false);
  const of = (replicas: number) => percentile(rates.get(replicas)!, 0.5) / replicas;
  const [first = 1, ...others] = REPLICAS;
  for (const replicas of others) {
    const share = of(replicas) / of(first);
    addRow(context, {
      what: `sign-ups with ${replicas} workers against ${first}`,
      measured: `${(of(replicas) * replicas).toFixed(2)}/s, ${share.toFixed(2)} of linear`,
      aim: `≥ ${AIM}`,
      holds: share >= AIM,
    });
  }
};
