import { createCacheInForce } from '../../../src/notices/cache-in-force';

const SECOND = 1_000;
/** Longer than a post and the second in which every worker reads a notice. */
const LEARN_MS = 1_500;
const NEVER = -Infinity;

beforeEach(() => jest.useFakeTimers());
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

const pass = (ms: number) => jest.advanceTimersByTime(ms);

/** A worker whose clock is ahead by so much. */
function newWorker(aheadMs: number) {
  const cache = createCacheInForce();
  const here = <T>(work: () => T): T => {
    const now = jest.spyOn(Date, 'now').mockReturnValue(performance.now() + 1e12 + aheadMs);
    const done = work();
    now.mockRestore();
    return done;
  };
  const lookedAt = () => performance.now() - 250;
  return {
    /** Returns the time of its post. */
    post: () =>
      here(() => {
        const end = cache.end();
        cache.posted(end, lookedAt());
        return end;
      }),
    reads: (cacheOffUntil: Date | undefined, redisReign: string, unknownAt = lookedAt()) =>
      here(() => cache.take({ cacheOffUntil, redisReign }, unknownAt)),
    isOff: () => here(cache.isOff),
    isOffLong: () => here(cache.isOffLong),
    epoch: cache.epoch,
  };
}

const newPair = (aheadMs: number) => {
  const [poster, reader] = [newWorker(0), newWorker(aheadMs)];
  for (const worker of [poster, reader]) worker.reads(new Date(0), 'one', NEVER);
  return { poster, reader };
};

describe.each([
  ['the same', 0],
  ['ahead by ten seconds', 10 * SECOND],
  ['behind by ten seconds', -10 * SECOND],
])('the cache of a worker whose clock is %s', (_, aheadMs) => {
  it('is off from the notice on until every worker knows it, and not much longer', () => {
    const { poster, reader } = newPair(aheadMs);
    expect([poster.isOff(), reader.isOff()]).toEqual([false, false]);
    const end = poster.post();
    pass(LEARN_MS - 100);
    reader.reads(end, 'one');
    expect([poster.isOff(), reader.isOff(), reader.epoch()]).toEqual([true, true, end.getTime()]);
    pass(LEARN_MS);
    expect(reader.isOff()).toBe(true);
    pass(2 * SECOND);
    expect([poster.isOff(), reader.isOff()]).toEqual([false, false]);
  });

  it('is turned off again by each of both, with another epoch', () => {
    const { poster, reader } = newPair(aheadMs);
    let before = 0;
    for (const [one, other] of [
      [reader, poster],
      [poster, reader],
      [reader, poster],
    ] as const) {
      const end = one.post();
      expect(end.getTime()).toBeGreaterThan(before);
      other.reads(end, 'one');
      expect([one.isOff(), other.isOff()]).toEqual([true, true]);
      before = end.getTime();
      pass(5 * SECOND);
      expect([one.isOff(), other.isOff()]).toEqual([false, false]);
    }
  });

  it('is off at first in a worker that starts after the notice', () => {
    const { poster } = newPair(aheadMs);
    const end = poster.post();
    pass(LEARN_MS - 100);
    const late = newWorker(aheadMs);
    late.reads(end, 'one', NEVER);
    pass(LEARN_MS);
    expect(late.isOff()).toBe(true);
    pass(2 * SECOND);
    expect(late.isOff()).toBe(false);
  });

  it('is off while it moves to another Redis, even if the notice names no later time', () => {
    const { poster, reader } = newPair(aheadMs);
    const end = poster.post();
    reader.reads(end, 'one');
    pass(5 * SECOND);
    reader.reads(end, 'two');
    expect(reader.isOff()).toBe(true);
  });
});

describe('a worker that knows that the cache is off', () => {
  it('posts nothing while no other can use it before it would read another notice', () => {
    const { poster, reader } = newPair(0);
    const end = poster.post();
    reader.reads(end, 'one');
    expect([poster.isOffLong(), reader.isOffLong()]).toEqual([true, true]);
    pass(2 * SECOND);
    expect([poster.isOffLong(), reader.isOffLong()]).toEqual([false, false]);
  });

  it('posts again if it may have learned of it late', () => {
    const { poster, reader } = newPair(0);
    const end = poster.post();
    reader.reads(end, 'one', performance.now() - 5 * SECOND);
    expect([reader.isOff(), reader.isOffLong()]).toEqual([true, false]);
  });
});
