import { ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { RedisClient } from './redis/redis';

export interface Policy {
  name: string;
  /** Points that a key may use in a window of `seconds`. */
  points: number;
  seconds: number;
  /** Refuses a key that is over the limit without asking Redis again. Only for policies that never give points back. */
  remembersRefused?: boolean;
}

export interface Count {
  used: number;
  left: number;
  isOver: boolean;
  /** Until the window ends. */
  seconds: number;
}

export type RateLimiters = ReturnType<typeof createRateLimiters>;
export type RateLimiter = ReturnType<RateLimiters>;

interface RateLimitersOptions {
  redis: RedisClient | undefined;
  prefix: string;
  /** Called once for each policy, by its name; returns the function that counts a refusal. */
  refusals?: (policy: string) => () => void;
}

/**
 * Replaces the library's script, whose counters expire: under every `volatile-*` policy Redis evicts keys with an
 * expiry, so a client that fills the cache would end the counts, the shortest first. A counter is a hash of `used` and
 * `ends` (ms since 1970, by Redis' clock) without expiry. The index holds all counters by their end, and each new
 * window removes up to three that have ended, so there are never more than were in force at one time.
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
 * Counts in Redis for all workers, in one atomic round trip. While Redis is away or frozen each worker counts in its
 * own memory: every request is counted and none fails, and only the first few, and one retry a second, wait for the
 * 100 ms limit of a command.
 */
export function createRateLimiters({ redis, prefix, refusals }: RateLimitersOptions) {
  // The library's own insurance would ask a frozen Redis, and wait, for every request.
  const breaker = circuitBreaker(
    handleWhen((error) => !(error instanceof RateLimiterRes)),
    { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(3) },
  );

  return function rateLimiter(policy: Policy) {
    const { name, points, seconds, remembersRefused } = policy;
    // Not `limit`: older releases left counters there, which expire and are of another type.
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
        // The library throws this if a limit is reached.
        if (error instanceof RateLimiterRes) throw error;
        return work(memory);
      }
    }

    return {
      policy,

      /** @param points whole ones */
      async count(key: string, points = 1): Promise<Count> {
        try {
          return countOf(await ask((limiter) => limiter.consume(key, points)), false);
        } catch (error) {
          if (error instanceof RateLimiterRes) return countOf(error, true);
          throw error;
        }
      },

      /** Counts a refusal. The caller decides: not every request over a limit is refused. */
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
