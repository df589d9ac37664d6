import { setTimeout as sleep } from 'node:timers/promises';
import { createPlaces, NoPlace } from '../../../src/admission/places';

const GENEROUS = { longestExpectedMs: 60_000, longestWaitMs: 60_000 };

/** Throws NoPlace instead of resolving to it. */
async function placeIn(queue: ReturnType<typeof createPlaces>, key: string, isGone?: () => boolean) {
  const entered = await queue.enter(key, isGone);
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- the tests expect it
  if (entered instanceof NoPlace) throw entered;
  return entered;
}

/** Enters `key` and appends it to `order` at its turn; `leaves` gives the place back. */
function entering(queue: ReturnType<typeof createPlaces>) {
  const order: string[] = [];
  const leaves: (() => void)[] = [];
  const enter = (key: string, isGone?: () => boolean) =>
    placeIn(queue, key, isGone).then(
      (leave) => {
        order.push(key);
        leaves.push(leave);
      },
      // Entries that wait at the end of a test are refused long after it.
      () => {},
    );
  const leaveAll = async () => {
    for (let rounds = 0; rounds < 100; rounds++) {
      leaves.shift()?.();
      await sleep(0);
    }
  };
  return { order, leaves, enter, leaveAll };
}

describe('fair places', () => {
  it('serves keys in turn, however much one of them has queued', async () => {
    const { order, enter, leaveAll } = entering(createPlaces({ limit: () => 1, ...GENEROUS }));
    for (let i = 0; i < 5; i++) void enter('much');
    void enter('ada');
    void enter('bob');
    await leaveAll();
    expect(order).toEqual(['much', 'much', 'ada', 'bob', 'much', 'much', 'much']);
  });

  it('follows the current limit', async () => {
    let limit = 2;
    const queue = createPlaces({ limit: () => limit, ...GENEROUS });
    const { enter, leaves } = entering(queue);
    for (let i = 0; i < 6; i++) void enter(`key-${i}`);
    await sleep(0);
    expect([queue.taken(), queue.waiting()]).toEqual([2, 4]);
    limit = 4;
    leaves.shift()!();
    await sleep(0);
    expect([queue.taken(), queue.waiting()]).toEqual([4, 1]);
  });

  it('leaves as many places free as one key takes, for keys that have none', async () => {
    const queue = createPlaces({ limit: () => 6, ...GENEROUS });
    const { order, enter } = entering(queue);
    for (let i = 0; i < 20; i++) void enter('slow');
    await sleep(0);
    expect(queue.taken()).toBe(3);
    for (const key of ['ada', 'bob', 'eve', 'late']) void enter(key);
    await sleep(0);
    expect(order).toEqual(['slow', 'slow', 'slow', 'ada', 'bob', 'eve']);
  });

  it('counts a place once if it is given back twice', async () => {
    const queue = createPlaces({ limit: () => 1, ...GENEROUS });
    const leave = await placeIn(queue, 'ada');
    leave();
    leave();
    expect(queue.taken()).toBe(0);
  });

  it('skips entries whose client has gone', async () => {
    const queue = createPlaces({ limit: () => 1, ...GENEROUS });
    const { order, enter, leaveAll } = entering(queue);
    void enter('ada');
    void enter('gone', () => true);
    void enter('bob');
    await leaveAll();
    expect(order).toEqual(['ada', 'bob']);
    expect([queue.taken(), queue.waiting()]).toEqual([0, 0]);
  });

  it('refuses a key at once that would wait too long, and queues a key that waits one turn for each other', async () => {
    const queue = createPlaces({ limit: () => 1, longestExpectedMs: 200, longestWaitMs: 60_000 });
    const refused: number[] = [];
    let running = 0;
    const work = async (key: string) => {
      const leave = await placeIn(queue, key);
      running += 1;
      await sleep(20);
      leave();
    };
    // The first ones establish how long a piece of work takes.
    const first = Array.from({ length: 50 }, () => work('much'));
    while (running < 10) await sleep(5);
    const all = Array.from({ length: 100 }, (_, i) =>
      work('much').catch((error: unknown) => {
        expect(error).toBeInstanceOf(NoPlace);
        refused.push(i);
      }),
    );
    await sleep(0);
    expect(refused.length).toBeGreaterThan(20);
    const before = running;
    await work('ada');
    expect(running - before).toBeLessThanOrEqual(3);
    await Promise.all([...first, ...all]);
  });

  it('refuses entries that have waited too long, even if nothing ends', async () => {
    const queue = createPlaces({ limit: () => 1, longestExpectedMs: 60_000, longestWaitMs: 50 });
    await placeIn(queue, 'stuck');
    const waits = ['ada', 'ada', 'bob'].map((key) => placeIn(queue, key));
    const outcomes = await Promise.allSettled(waits);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(queue.waiting()).toBe(0);
  });

  it('refuses newcomers at once while nothing ends', async () => {
    const queue = createPlaces({ limit: () => 1, longestExpectedMs: 50, longestWaitMs: 60_000 });
    const leave = await placeIn(queue, 'stuck');
    const first = placeIn(queue, 'ada');
    await sleep(1_100);
    await expect(placeIn(queue, 'bob')).rejects.toBeInstanceOf(NoPlace);
    leave();
    (await first)();
    // The queue is empty, so the stall is over.
    (await placeIn(queue, 'bob'))();
  });

  it('lets a few wait however slow the work is, and a hundred while its duration is unknown', async () => {
    const queue = createPlaces({ limit: () => 1, longestExpectedMs: 1, longestWaitMs: 60_000 });
    const { enter, leaves } = entering(queue);
    for (let i = 0; i < 101; i++) void enter('much');
    await expect(placeIn(queue, 'much')).rejects.toBeInstanceOf(NoPlace);
    for (let i = 0; i < 80; i++) {
      while (leaves.length === 0) await sleep(1);
      leaves.shift()!();
    }
    await sleep(5);
    expect(queue.waiting()).toBe(20);
    for (let i = 0; i < 12; i++) void enter('much');
    await expect(placeIn(queue, 'much')).rejects.toBeInstanceOf(NoPlace);
    expect(queue.waiting()).toBe(32);
  });

  it('forgets a key that has nothing queued or running', async () => {
    const queue = createPlaces({ limit: () => 2, ...GENEROUS });
    const { order, enter, leaveAll } = entering(queue);
    for (let i = 0; i < 50; i++) void enter(`key-${i % 10}`);
    await leaveAll();
    expect(order).toHaveLength(50);
    // A key remembered with places would have to leave as many free.
    const leaves = await Promise.all([placeIn(queue, 'key-0'), placeIn(queue, 'key-1')]);
    expect(queue.taken()).toBe(2);
    for (const leave of leaves) leave();
  });
});
