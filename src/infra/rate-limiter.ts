import { ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { RedisClient } from './redis/redis';

export interface Policy {
  name: string;
  /** How many in how many seconds. */
  points: number;
  seconds: number;
  /** Who is over the limit is refused without asking Redis again: only where nothing is ever taken back. */
  remembersRefused?: boolean;
}

export interface Count {
  used: number;
  left: number;
  isOver: boolean;
  /** Until it begins again at nothing. */
  seconds: number;
}

export type RateLimiter = ReturnType<ReturnType<typeof createRateLimiters>>;

interface RateLimitersOptions {
  redis: RedisClient | undefined;
  prefix: string;
  /** Asked once for each policy, by its name, for what is told of each request that it refuses. */
  refusals?: (policy: string) => () => void;
}

/**
 * Instead of the library's script, whose counters carry an expiry: under every `volatile-*` policy Redis evicts keys
 * that have one, so a client that fills the cache would end the counts, the shortest first. A counter is a hash of `used`
 * and of `ends` (ms since 1970, by Redis' clock) without expiry; the index holds all of them by their ends, and each
 * new window removes up to three that have ended, so no more stay than were in force at one time.
 */
const countScript = (index: string) => `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ends = tonumber(redis.call('HGET', KEYS[1], 'ends'))
if not ends or ends <= now then
  for _, key in ipairs(redis.call('ZRANGEBYSCORE', '${index}', '-inf', now, 'LIMIT', 0, 3)) do
    redis.call('DEL', key)
    redis.call('ZREM', '${index}', key)
  end
  ends = now + 1000 * ARGV[2]
  redis.call('HSET', KEYS[1], 'used', 0, 'ends', ends)
  redis.call('ZADD', '${index}', ends, KEYS[1])
end
return { redis.call('HINCRBY', KEYS[1], 'used', ARGV[1]), ends - now }
`;

/**
 * Counts in Redis over all workers, in one step and one round trip. While Redis is away or frozen each worker
 * counts in its own memory: no request goes uncounted or fails for it, and only the first few, and one try
 * each second, wait for the 100 ms that a command may take.
 */
export function createRateLimiters({ redis, prefix, refusals }: RateLimitersOptions) {
  // Not the library's own insurance: it would ask a frozen Redis, and wait, for every request.
  const breaker = circuitBreaker(
    handleWhen((error) => !(error instanceof RateLimiterRes)),
    { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(3) },
  );

  return function rateLimiter(policy: Policy) {
    const { name, points, seconds, remembersRefused } = policy;
    // Not `limit`: counters of releases before have an expiry and another type.
    const index = `${prefix}:limits`;
    const options = { points, duration: seconds, keyPrefix: `${index}:${name}` };
    const memory = new RateLimiterMemory(options);
    const refused = refusals?.(name);
    const shared =
      redis &&
      new RateLimiterRedis({
        ...options,
        storeClient: redis.client,
        rejectIfRedisNotReady: true,
        customIncrTtlLuaScript: countScript(index),
        ...(remembersRefused && { inMemoryBlockOnConsumed: points + 1 }),
      });

    async function ask<T>(work: (limiter: RateLimiterMemory | RateLimiterRedis) => Promise<T>): Promise<T> {
      if (!shared) return work(memory);
      try {
        return await breaker.execute(() => work(shared));
      } catch (error) {
        // That is how the library tells of a limit that is reached.
        if (error instanceof RateLimiterRes) throw error;
        return work(memory);
      }
    }

    return {
      policy,

      /** Whole points. */
      async count(key: string, points = 1): Promise<Count> {
        try {
          return countOf(await ask((limiter) => limiter.consume(key, points)), false);
        } catch (error) {
          if (error instanceof RateLimiterRes) return countOf(error, true);
          throw error;
        }
      },

      /** For who refuses to say so: not all that is over a limit is refused. */
      refused: (): void => refused?.(),

      takeBack: async (key: string): Promise<void> => void (await ask((limiter) => limiter.reward(key))),

      forget: async (key: string): Promise<void> => void (await ask((limiter) => limiter.delete(key))),
    };
  };
}

const countOf = (result: RateLimiterRes, isOver: boolean): Count => ({
  used: result.consumedPoints,
  left: result.remainingPoints,
  isOver,
  seconds: Math.max(1, Math.ceil(result.msBeforeNext / 1_000)),
});
