import { Redis } from 'ioredis';
import { createRateWindow } from '../load/rate-window';

interface RedisRateOptions {
  url: string;
  value: string;
  connections: number;
  seconds: number;
  signal: AbortSignal;
}

const KEY = 'bench:value';

/** GETs a second by one process over one connection, as an API worker asks: so many are under way at a time. */
export async function measureRedisRate({ url, value, connections, seconds, signal }: RedisRateOptions) {
  const redis = new Redis(url, { maxRetriesPerRequest: 3 });
  try {
    await redis.set(KEY, value);
    const window = createRateWindow(seconds);
    const getOn = async () => {
      while (!window.isClosed()) {
        signal.throwIfAborted();
        await redis.get(KEY);
        window.record(performance.now());
      }
    };
    await Promise.all(Array.from({ length: connections }, getOn));
    return window.perSecond();
  } finally {
    redis.disconnect();
  }
}
