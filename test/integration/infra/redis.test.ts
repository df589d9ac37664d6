import { setImmediate } from 'node:timers/promises';
import { useCache, useRedis } from '../../support/use-api';

const server = useRedis();
const cache = useCache(server);

/** Blocks this process. */
const standStill = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

describe('the Redis client', () => {
  it('does not mistake its own pause for one of Redis', async () => {
    const answers = cache.redis.getAll(['nothing'], cache.redis.reign()!);
    await setImmediate(); // It is sent.
    standStill(300);
    await expect(answers).resolves.toEqual([null]);
  });

  it('gives up a frozen Redis', async () => {
    server.freeze();
    await expect(cache.redis.getAll(['nothing'], cache.redis.reign()!)).rejects.toThrow('Command timed out');
  });
});
