import { createResponseCache } from '../../src/cache/response-cache';
import { createFillBudget } from '../../src/cache/fill-budget';
import { createRateLimiters } from '../../src/infra/rate-limiter';
import { connectRedis, type RedisClient, type Script } from '../../src/infra/redis/redis';
import { createLogger } from '../../src/process/logger';
import { eventually } from './wait';

export type TestCache = Awaited<ReturnType<typeof connectCache>>;

const board = () => ({
  cacheEpoch: (): number | undefined => 0,
  knownEpoch: () => 0,
  epochOfWrites: async () => 0,
  turnCacheOff: jest.fn(async () => {}),
});

/** The response cache of one worker on a real Redis; `before[name]` holds a script back before it is sent. */
export async function connectCache(
  url: string,
  { prefix = 'test', entryLifeMs = 60_000, budget = undefined as number | undefined } = {},
) {
  const redis = connectRedis(url, createLogger('silent', 'test'));
  await eventually(() => attempt(() => redis.runId()));
  const before: Record<string, () => Promise<void>> = {};
  const held: RedisClient = {
    ...redis,
    script(name, lua): Script {
      const run = redis.script(name, lua);
      return async (keys, args) => {
        await before[name]?.();
        return run(keys, args);
      };
    },
  };
  const events: string[] = [];
  const theBoard = board();
  const cache = createResponseCache({
    redis: held,
    board: theBoard,
    prefix,
    entryLifeMs,
    count: (of, event) => events.push(`${of} ${event}`),
    budget: budget === undefined ? undefined : budgetOf(redis, prefix, budget),
  });
  return { cache, redis, before, events, board: theBoard, close: redis.close };
}

const budgetOf = (redis: RedisClient, prefix: string, points: number) =>
  createFillBudget(createRateLimiters({ redis, prefix })({ name: 'cache', points, seconds: 60 }));

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** A promise that a test resolves. */
export function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), opened };
}
