import { createHashPlaces, LONGEST_WAIT_MS } from '../../../src/auth/hash-places';
import { isLoopback } from '../../../src/lib/client-address';
import { OverloadError } from '../../../src/problems/errors';

/** Places of a pool whose hashes take so long; nothing is hashed. */
function createPlaces({ hashMs = 100, most = 1_000, isExempt = isLoopback } = {}) {
  const pool = { hashMs, msFor: (hashes: number) => hashes * pool.hashMs, threads: () => 1 };
  const refused: string[] = [];
  const places = createHashPlaces({
    pool,
    most,
    isExempt,
    onRefused: (reason) => refused.push(reason),
  });
  const ends: (() => void)[] = [];

  /** Takes a place until `end`; returns whether there was one. */
  async function take(address: string, account?: string): Promise<boolean> {
    let isIn = false;
    const held = places.hold({ address, account, requestId: 'one' }, async () => {
      isIn = true;
      await new Promise<void>((resolve) => ends.push(resolve));
    });
    held.catch(() => {});
    await Promise.resolve();
    return isIn;
  }
  const takeMany = async (count: number, address: string, account?: (index: number) => string) => {
    let taken = 0;
    for (let i = 0; i < count; i++) if (await take(address, account?.(i))) taken += 1;
    return taken;
  };
  const end = async () => {
    for (const one of ends.splice(0)) one();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { pool, places, refused, take, takeMany, end };
}

describe('the share of a client', () => {
  it.each([
    ['an address', '203.0.113.7', '203.0.113.7', '203.0.113.8'],
    ['a network of IPv6', '2001:db8:1:2::1', '2001:db8:1:2:ffff::9', '2001:db8:1:3::1'],
    ['an address that a socket of IPv6 shows', '203.0.113.7', '::ffff:203.0.113.7', '::ffff:203.0.113.8'],
    ['loopback that is not exempt', '127.0.0.1', '127.0.0.1', '127.0.0.2'],
  ])(
    'is three places for %s, whichever accounts it names, and leaves others theirs',
    async (_of, first, same, other) => {
      const { takeMany, take, refused, end } = createPlaces({ isExempt: () => false });
      expect(await takeMany(2, first)).toBe(2);
      expect(await takeMany(5, same, (index) => `account ${index}`)).toBe(1);
      expect(refused).toEqual(['share', 'share', 'share', 'share']);
      expect(await take(other)).toBe(true);
      await end();
      expect(await takeMany(5, same)).toBe(3);
    },
  );

  it('is limited to a few networks per account, so that three that flood leave the owner a place', async () => {
    const { take, refused, end } = createPlaces();
    const from = (network: number) => take(`203.0.113.${network}`, 'their account');
    for (const network of [1, 2, 3, 1, 2, 3, 1, 2, 3]) expect(await from(network)).toBe(true);
    expect(await from(4)).toBe(true);
    expect(await from(5)).toBe(false);
    expect(refused).toEqual(['share']);
    expect(await take('203.0.113.5', 'another account')).toBe(true);
    await end();
    expect(await from(5)).toBe(true);
  });

  it('does not limit exempt loopback, except by the wait', async () => {
    const { takeMany, refused } = createPlaces({ hashMs: 10 });
    expect(await takeMany(50, '127.0.0.1', () => 'one account')).toBe(50);
    expect(refused).toEqual([]);
  });
});

describe('the expected wait', () => {
  it('refuses a wait of more than two seconds, by the current pace', async () => {
    const { pool, takeMany, refused, end } = createPlaces({ hashMs: 100 });
    expect(await takeMany(40, '127.0.0.1')).toBe(21);
    expect(new Set(refused)).toEqual(new Set(['wait']));
    await end();
    pool.hashMs = 400;
    expect(await takeMany(40, '127.0.0.1')).toBe(6);
  });

  it('of a new client is one turn of each other client, however much they sent', async () => {
    const { places, takeMany, take } = createPlaces({ hashMs: 100 });
    for (const flood of ['127.0.0.2', '127.0.0.3', '127.0.0.4']) await takeMany(30, flood);
    expect(places.expectedWaitMs()).toBe(300);
    expect(places.refusalOf('127.0.0.9')).toBeUndefined();
    expect(places.refusalOf('127.0.0.2')).toBeInstanceOf(OverloadError);
    expect(await take('127.0.0.9')).toBe(true);
  });

  it('is refused with a random wait until there may be room', () => {
    const { pool, places } = createPlaces({ hashMs: 100 });
    pool.msFor = () => LONGEST_WAIT_MS + 3_500;
    const seconds = Array.from({ length: 50 }, () =>
      Number(places.refusalOf('203.0.113.7')!.headers['Retry-After']),
    );
    expect(Math.min(...seconds)).toBeGreaterThanOrEqual(4);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(9);
    expect(new Set(seconds).size).toBeGreaterThan(1);
  });

  it('is checked again when the turn comes', async () => {
    const { places } = createPlaces();
    const now = jest.spyOn(performance, 'now');
    now.mockReturnValue(0);
    await places.hold({ address: '203.0.113.7', requestId: 'one' }, async ({ requireTime }) => {
      now.mockReturnValue(LONGEST_WAIT_MS - 1);
      requireTime();
      now.mockReturnValue(LONGEST_WAIT_MS + 1);
      expect(requireTime).toThrow(OverloadError);
    });
    now.mockRestore();
  });
});

describe('the hash queue', () => {
  it('bounds what waits however quick the pool is, and frees the place of work that fails', async () => {
    const { places, takeMany, refused, end } = createPlaces({ hashMs: 0, most: 5 });
    expect(await takeMany(9, '127.0.0.1')).toBe(6);
    expect(new Set(refused)).toEqual(new Set(['limit']));
    await end();
    for (let count = 0; count < 9; count++) {
      const failed = places.hold({ address: '127.0.0.1', requestId: 'one' }, () =>
        Promise.reject(new Error('fails')),
      );
      await expect(failed).rejects.toThrow('fails');
    }
    expect(await takeMany(6, '127.0.0.1')).toBe(6);
  });
});
