import { p99 } from '../../../src/lib/percentile';
import { waitUntil } from '../../../tools/command/run-command';
import { HOSTS, network, type Host } from '../engine/hosts';
import { RECENT_S } from './clients';
import { calm } from '../load';
import { describe, isLost, isOk, type Outcome } from './outcomes';
import { addRow, marked, type Context, type Part } from './part';

const BEFORE_MS = 15_000;
const CUT_MS = 60_000;
/** Aims: seconds until requests at the other hosts are as quick as before, and how much slower they may be. */
const AGAIN_S = 5;
const MOST_SLOWER = 3;
const BACK_MS = 90_000;
const CACHE_MS = 30_000;
/** From this share of hits on the cache is in use. */
const IN_USE = 0.5;

const timesOf = (outcomes: Outcome[]) => outcomes.filter(isOk).map(({ ms }) => ms);
const ms = (value: number) => `${value.toFixed(0)} ms`;

/** Judges what the NGINX of the other hosts answered during a fault. */
function judgeOthers(
  context: Context,
  what: string,
  { victim, from, to }: { victim: Host; from: number; to: number },
) {
  const { outcomes } = context.clients;
  const within = (host: boolean, [first, end]: [number, number]) =>
    outcomes.filter(({ host: of, at }) => (of === victim) === host && at >= first && at < end);
  const before = p99(timesOf(within(false, [from - BEFORE_MS / 1_000, from])));
  const later = within(false, [from + AGAIN_S, to]);
  const during = p99(timesOf(later));
  addRow(context, {
    what: `${what}: p99 at the other hosts after ${AGAIN_S} s`,
    measured: `${ms(during)} (before: ${ms(before)})`,
    aim: `≤ ${MOST_SLOWER} × before`,
    holds: during <= MOST_SLOWER * before,
  });
  addRow(context, {
    what: `${what}: requests at the other hosts after ${AGAIN_S} s`,
    measured: describe(later),
    aim: '0 failed',
    holds: later.some(isOk) && !later.some(isLost),
  });
  console.log(
    `${what}: requests at the other hosts until then: ${describe(within(false, [from, from + AGAIN_S]))}`,
  );
  const answered = within(true, [from + AGAIN_S, to]).filter(isOk).length;
  if (answered > 0) throw new Error(`${what}: ${victim} answered ${answered} requests, so it did not happen`);
}

/** Waits until all replicas run again, and adds how long that took. */
async function judgeReturn(context: Context, what: string): Promise<void> {
  const { stack, clients } = context;
  const from = clients.now();
  // The Swarm first notices that the host is back.
  await calm(2_000);
  const isBack = await stack.waitUntilRunning(undefined, BACK_MS * 2).then(
    () => true,
    () => false,
  );
  const seconds = clients.now() - from;
  addRow(context, {
    what: `${what}: all replicas run again`,
    measured: isBack ? `after ${seconds.toFixed(0)} s` : `not within ${seconds.toFixed(0)} s`,
    aim: `≤ ${BACK_MS / 1_000} s`,
    holds: isBack && seconds * 1_000 <= BACK_MS,
  });
}

/** Cuts the link of a host for a minute, and heals it. */
export const cut: Part = async (context) => {
  const { progress, clients } = context;
  const victim = HOSTS[2];
  await calm(BEFORE_MS);
  const from = await marked(context, 'link cut', () =>
    progress.step('cut', `the link of ${victim} is cut for ${CUT_MS / 1_000} s`, async () => {
      network.cut(victim);
      try {
        await calm(CUT_MS);
      } finally {
        network.heal(victim);
      }
    }),
  );
  judgeOthers(context, 'link cut', { victim, from, to: clients.now() });
  await judgeReturn(context, 'link healed');
};

/** Kills the host on which Redis' primary and RabbitMQ's leader are. */
export const kill: Part = async (context) => {
  const { progress, hosts, clients } = context;
  const victim = HOSTS[1];
  await progress.step('kill', `Redis' primary and RabbitMQ's leader move to ${victim}`, () =>
    context.stack.gather(hosts.engines[victim]),
  );
  await calm(BEFORE_MS);
  let cacheAfter = NaN;
  const from = await marked(context, 'host killed', () =>
    progress.step('kill', `${victim} is killed`, async () => {
      const killedAt = clients.now();
      hosts.kill(victim);
      const isCached = () => {
        const { reads, hits } = clients.recent();
        // Reads from before the kill say nothing.
        return clients.now() > killedAt + 2 * RECENT_S && reads > 0 && hits / reads >= IN_USE;
      };
      await waitUntil(isCached, {
        timeoutMs: CACHE_MS * 2,
        everyMs: 250,
        what: 'The cache is not in use again',
      }).then(
        () => (cacheAfter = clients.now() - killedAt),
        () => {},
      );
      await calm(CUT_MS - (clients.now() - killedAt) * 1_000);
    }),
  );
  addRow(context, {
    what: 'host killed: the cache is in use again',
    measured: Number.isNaN(cacheAfter)
      ? `not within ${(CACHE_MS * 2) / 1_000} s`
      : `after ${cacheAfter.toFixed(1)} s`,
    aim: `≤ ${CACHE_MS / 1_000} s`,
    holds: cacheAfter * 1_000 <= CACHE_MS,
  });
  judgeOthers(context, 'host killed', { victim, from, to: clients.now() });
  await hosts.restart(victim);
  await judgeReturn(context, 'host started');
};
