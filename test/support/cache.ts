import { createResponseCache } from '../../src/cache/response-cache';
import { createFillBudget } from '../../src/cache/fill-budget';
import { createRateLimiters } from '../../src/infra/rate-limiter';
import { connectRedis, type RedisClient, type Script } from '../../src/infra/redis/redis';
import { createLogger } from '../../src/process/logger';
import { eventually } from './wait';

export type TestCache = Awaited<ReturnType<typeof connectCache>>;

const board = (redis: RedisClient) => ({
  cacheEpoch: (): number | undefined => 0,
  knownEpoch: () => 0,
  lookIfStale: async () => {},
  lookAfresh: async () => {},
  reignInForce: () => redis.reign()?.id,
  settled: async () => {},
  turnCacheOff: jest.fn(async () => {}),
});

/** The response cache of one worker on a real Redis; `before[name]` holds a script back before it is sent. */
export async function connectCache(
  url: string,
  { prefix = 'test', entryLifeMs = 60_000, budget = undefined as number | undefined } = {},
) {
  const redis = connectRedis(url, { prefix, logger: createLogger('silent', 'test') });
  await eventually(() => redis.reign());
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
  const theBoard = board(redis);
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

/** A promise that a test resolves. */
export function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), opened };
}
