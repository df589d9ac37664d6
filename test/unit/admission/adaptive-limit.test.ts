import { createAdaptiveLimit } from '../../../src/admission/adaptive-limit';

/** Simulates a server that needs `baseMs` for a request alone and serves at most `perSecond`, at full demand. */
function simulate({ baseMs, perSecond, seconds }: { baseMs: number; perSecond: number; seconds: number }) {
  let now = 0;
  const limit = createAdaptiveLimit(() => now);
  const limits: number[] = [];
  let done = 0;
  while (now < seconds * 1_000) {
    const running = limit.now();
    // Little's law: requests beyond what the server can run side by side only wait.
    const ms = Math.max(baseMs, (running / perSecond) * 1_000);
    now += ms / running;
    done += 1;
    limit.took('POST', ms, running, true);
    limits.push(running);
  }
  return { last: limits.slice(-1_000), perSecond: done / seconds };
}

const mean = (numbers: number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

describe('the adaptive limit', () => {
  it.each([
    { baseMs: 2, perSecond: 400 },
    { baseMs: 10, perSecond: 2_000 },
    { baseMs: 50, perSecond: 1_000 },
    { baseMs: 200, perSecond: 100 },
  ])('keeps a server busy that takes $baseMs ms and does $perSecond a second, and little more', (server) => {
    const { last, perSecond } = simulate({ ...server, seconds: 60 });
    const needed = (server.baseMs * server.perSecond) / 1_000;
    expect(perSecond).toBeGreaterThan(0.9 * server.perSecond);
    expect(mean(last)).toBeLessThan(needed + 16);
  });

  it('does not change while demand is below it', () => {
    let now = 0;
    const limit = createAdaptiveLimit(() => now);
    const before = limit.now();
    for (let i = 0; i < 2_000; i++) {
      now += 10;
      limit.took('GET', 2, 1, false);
    }
    expect(limit.now()).toBe(before);
  });

  it('adapts to a server that has become slower', () => {
    let now = 0;
    const limit = createAdaptiveLimit(() => now);
    const work = (baseMs: number, seconds: number) => {
      for (const end = now + seconds * 1_000; now < end;) {
        const running = limit.now();
        const ms = Math.max(baseMs, running);
        now += ms / running;
        limit.took('POST', ms, running, true);
      }
    };
    work(2, 20);
    // Sixty times as slow without a queue: more requests side by side keep the throughput.
    work(120, 120);
    expect(limit.now()).toBeGreaterThan(60);
  });

  it('judges each route by its own shortest time', () => {
    let now = 0;
    const limit = createAdaptiveLimit(() => now);
    const before = limit.now();
    for (let i = 0; i < 1_000; i++) {
      now += 5;
      limit.took('quick', 1, 8, true);
      limit.took('slow', 1_000, 8, true);
    }
    // Neither route queues, so the limit grows; one shortest time for both would make the slow route look congested.
    expect(limit.now()).toBeGreaterThan(before);
  });
});
