import { waitUntil } from '../../../tools/command/run-command';
import type { Progress } from '../../../tools/command/progress';
import { calm, prepareLoad } from '../load';
import { withOwnStack } from '../own-stack';
import { startCheckedReads } from './checked-reads';
import type { Part } from './part';
import { startRedisServers, type RedisServers } from './redis-servers';

const API_WORKERS = 4;
/** Promise: the cache is in use again this long after the fault. */
const PROMISED_S = 10;
const GIVE_UP_MS = 60_000;
/** Reads to check after each fault, which takes at most so long. */
const LEAST_READS = 36_000;
const MOST_CALM_MS = 60_000;
const FROZEN_MS = 20_000;

type Reads = Awaited<ReturnType<typeof startCheckedReads>>;

/** Faults by name; each resolves once it is over, and leaves a primary with a replica for the next. */
const faultsOf = (servers: RedisServers): Record<string, (reads: Reads) => Promise<number>> => ({
  async 'kill -9 of the primary'(reads) {
    servers.signal('redis-1', 'SIGKILL');
    const ms = await untilInUse(reads);
    servers.restart('redis-1', 'redis-2');
    await servers.waitForReplica('redis-1');
    return ms;
  },
  async 'SIGSTOP of the primary for 20 s'(reads) {
    const began = performance.now();
    servers.signal('redis-2', 'SIGSTOP');
    const ms = await untilInUse(reads);
    await calm(Math.max(0, began + FROZEN_MS - performance.now()));
    servers.signal('redis-2', 'SIGCONT');
    await servers.waitForReplica('redis-2');
    return ms;
  },
  async 'REPLICAOF by hand, clients kept'(reads) {
    await servers.exchange('redis-1', 'redis-2');
    return untilInUse(reads);
  },
});

/** @returns ms until most reads come from the cache again; the fault has just begun */
async function untilInUse(reads: Reads): Promise<number> {
  const began = performance.now();
  const wait = { timeoutMs: GIVE_UP_MS, everyMs: 50 };
  await waitUntil(() => !reads.isInUse(), { ...wait, what: 'The cache is in use all the time' });
  await waitUntil(reads.isInUse, { ...wait, what: 'The cache is not in use again' });
  return performance.now() - began;
}

async function measure(progress: Progress, name: string, work: () => Promise<number>, reads: Reads) {
  const before = { ...reads.totals };
  const since = (what: keyof Reads['totals']) => reads.totals[what] - before[what];
  const ms = await progress.step('fault', name, async () => {
    const found = await work();
    const end = performance.now() + MOST_CALM_MS;
    while (since('reads') < LEAST_READS && performance.now() < end) await calm(100);
    return found;
  });
  console.log(
    `${name}: ${since('reads')} reads checked, ${since('stale')} stale, cache in use again after ` +
      `${(ms / 1_000).toFixed(1)} s; ${since('unknown')} of ${since('writes')} writes unknown`,
  );
  return ms / 1_000;
}

/** Kills, freezes and demotes the primary of four API workers, whose reads are checked. */
export const redis: Part = async (progress) => {
  const servers = await progress.step('servers', 'two Redis and three sentinels', startRedisServers);
  const options = { apiWorkers: API_WORKERS, env: { RATE_LIMIT: '0' }, urls: { redis: servers.url } };
  try {
    return await withOwnStack(progress, options, async ({ faults, ...account }) => {
      const { headers } = await prepareLoad(account);
      const reads = await startCheckedReads(account.url, headers);
      try {
        await waitUntil(reads.isInUse, { timeoutMs: GIVE_UP_MS, what: 'The cache is not in use' });
        for (const [name, fault] of Object.entries(faultsOf(servers))) {
          const seconds = await measure(progress, name, () => fault(reads), reads);
          if (seconds > PROMISED_S)
            faults.push(`${name}: the cache was in use again after ${seconds.toFixed(1)} s`);
        }
      } finally {
        await reads.stop();
      }
      const { reads: checked, stale } = reads.totals;
      console.log(
        `Redis: ${checked} reads checked, ${stale} stale; other answers ${JSON.stringify(reads.statuses)}`,
      );
      if (stale > 0) faults.push(`${stale} of ${checked} reads were stale`);
    });
  } finally {
    await servers.stop();
  }
};
