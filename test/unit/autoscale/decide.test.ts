import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { decide, initial, rest, type Sample } from '../../../ops/autoscale/decide';
import { linear, simulate, underQuota } from './simulate';

const rules = { least: 1, most: 4, cores: 4 };
const each = 1_000;
const minutes = (count: number) => count * 60;
const halfAnHour = minutes(30);
const workersOf = (steps: { workers: number }[]) => steps.map(({ workers }) => workers);

const calm: Sample = {
  at: 0,
  ms: 1_000,
  workers: 1,
  utilisation: 0.1,
  answered: 100,
  hashed: 0,
  hashWaitMs: 0,
  hashThreads: 1,
};
/** Decides about the same second over and over. */
function repeat(sample: Partial<Sample>, seconds: number, over: Partial<typeof rules> = {}) {
  let state = initial();
  for (let second = 0; second < seconds; second += 1) {
    const decision = decide(state, { ...calm, ...sample, at: second * 1_000 }, { ...rules, ...over });
    if (decision.step !== 0) return { ...decision, second };
    state = decision.state;
  }
  return { state, step: 0, second: seconds, why: undefined };
}

describe('the decision about the number of API workers', () => {
  it('adds a worker after three seconds of need, not after two', () => {
    expect(repeat({ utilisation: 0.9 }, 2).step).toBe(0);
    const { step, second, why } = repeat({ utilisation: 0.9 }, 10);
    expect({ step, second }).toEqual({ step: 1, second: 2 });
    expect(why).toBe('event loops 90 % busy for 3 s (limit 80 %), 100 requests/s');
  });

  it('adds a worker after two samples of need if looks at busy workers take two seconds', () => {
    const busy = (at: number) => ({ ...calm, at, ms: 2_000, utilisation: 1 });
    const { state, step } = decide(initial(), busy(2_000), rules);
    expect([step, decide(state, busy(4_000), rules).step]).toEqual([0, 1]);
  });

  it('takes seconds of need that are not in a row for none', () => {
    const load = (second: number) => (second % 3 === 2 ? 100 : 950);
    expect(simulate({ rules, each, load, seconds: halfAnHour })).toEqual([]);
  });

  it('adds a worker for passwords that wait, but not if its hash threads would only share the cores', () => {
    const { step, why } = repeat({ hashWaitMs: 700 }, 10);
    expect(step).toBe(1);
    expect(why).toBe('passwords wait 700 ms for a hash thread (limit 500 ms)');
    expect(repeat({ hashWaitMs: 700, hashThreads: 4 }, 10).step).toBe(0);
  });

  it('removes a worker after two minutes in which one less would have had room', () => {
    const { step, second, why } = repeat({ workers: 2, utilisation: 0.2 }, minutes(10));
    expect({ step, second }).toEqual({ step: -1, second: minutes(2) - 1 });
    expect(why).toBe('1 would have been enough for 2 minutes (event loops 40 % busy)');
    expect(repeat({ workers: 2, utilisation: 0.35 }, minutes(10)).step).toBe(0);
    expect(repeat({ workers: 2, hashWaitMs: 200 }, minutes(10)).step).toBe(0);
  });

  it('removes a worker in spite of some busy seconds, but not if one less would be full for three', () => {
    const after = (busyShare: number) => {
      const load = (second: number) => 2_000 * (second % 60 < 3 ? busyShare : 0.1);
      return simulate({ rules, workers: 2, each, load, seconds: minutes(4) }).length;
    };
    expect([after(0.35), after(0.45)]).toEqual([1, 0]);
  });

  it('removes a worker although the one before it answered little when it was overloaded', () => {
    let { state } = repeat({ utilisation: 1, answered: 200 }, 10);
    const sample = (second: number, answered: number) =>
      decide(state, { ...calm, at: second * 1_000, workers: 2, utilisation: 0.2, answered }, rules);
    for (let second = 10; second < 20; second += 1) ({ state } = sample(second, 1_000));
    const steps = Array.from({ length: 125 }, (_, index) => {
      const decision = sample(20 + index, 300);
      ({ state } = decision);
      return decision.step;
    });
    expect(steps).toContain(-1);
  });

  it('comes into the range one step at a time, and stays in it', () => {
    expect(repeat({ workers: 2 }, 1, { least: 3 })).toMatchObject({ step: 1, why: 'at least 3 must run' });
    expect(repeat({ workers: 6 }, 1)).toMatchObject({ step: -1, why: 'at most 4 may run' });
    expect(repeat({ workers: 4, utilisation: 1 }, minutes(10)).step).toBe(0);
    expect(repeat({ workers: 1 }, minutes(10)).step).toBe(0);
  });

  it('follows a load up and down again', () => {
    const load = (second: number) => (second < minutes(5) ? 3_500 : 150);
    const steps = simulate({ rules, each, load, seconds: halfAnHour });
    expect(workersOf(steps)).toEqual([2, 3, 4, 3, 2, 1]);
    expect(steps[2]!.second).toBeLessThan(60);
  });

  it('takes back a worker that brought nothing, and tries again ever later', () => {
    const load = () => 3_000;
    const steps = simulate({ rules, each, all: 1_000, load, seconds: minutes(12 * 60) });
    expect(steps[1]!.why).toBe(
      'worker 2 brought nothing (1000 requests/s at full load before, 1000 with it); no other for 10 minutes',
    );
    expect(workersOf(steps)).toEqual(steps.map((_, index) => (index % 2 === 0 ? 2 : 1)));
    const ups = steps.filter(({ workers }) => workers === 2).map(({ second }) => second);
    const pauses = ups.slice(1).map((second, index) => Math.floor((second - ups[index]!) / 60));
    expect(pauses).toEqual([10, 20, 40, 80, 160, 240]);
  });

  it('rests after a step that failed', () => {
    const at = 5_000;
    const busy = { ...calm, utilisation: 1 };
    let state = rest(initial(), at);
    for (let second = 0; second < 10; second += 1) {
      const decision = decide(state, { ...busy, at: at + second * 1_000 }, rules);
      expect(decision.step).toBe(0);
      state = decision.state;
    }
  });

  it('begins to count anew after whatever held it', () => {
    const held = { rules, each, load: () => 900, holds: (second: number) => second % 3 === 2 };
    expect(simulate({ ...held, seconds: halfAnHour })).toEqual([]);
    const quiet = { rules, workers: 2, each, load: () => 10, holds: (second: number) => second % 100 === 99 };
    expect(simulate({ ...quiet, seconds: halfAnHour })).toEqual([]);
  });
});

/** A number from -0.05 to 0.05, the same for the same key. */
const noise = (key: number) =>
  (createHash('md5').update(String(key)).digest().readUInt16BE() / 65_535 - 0.5) / 10;

describe('any load', () => {
  const plants = fc.record({
    curve: fc.constantFrom(linear, underQuota),
    /** Level of the load, in units of what one worker can do. */
    base: fc.double({ min: 0.05, max: 5, noNaN: true }),
    seed: fc.integer(),
  });

  it('changes the number at most twice in half an hour around a level, once it has got there', () => {
    fc.assert(
      fc.property(plants, ({ curve, base, seed }) => {
        const load = (second: number) => each * base * (1 + noise(seed + second));
        const steps = simulate({ rules, each, curve, load, seconds: minutes(40) });
        expect(steps.filter(({ second }) => second >= minutes(10)).length).toBeLessThanOrEqual(2);
        expect(workersOf(steps)).toEqual([...workersOf(steps)].sort());
      }),
      { numRuns: 60 },
    );
  });

  it('keeps the number in the range and changes it by one', () => {
    const levels = fc.array(fc.double({ min: 0, max: 6, noNaN: true }), { minLength: 1, maxLength: 12 });
    const hosts = fc.double({ min: 0.5, max: 8, noNaN: true });
    fc.assert(
      fc.property(levels, hosts, fc.integer({ min: 1, max: 4 }), (steps, all, workers) => {
        const load = (second: number) => each * steps[Math.floor(second / minutes(5)) % steps.length]!;
        const seen = simulate({ rules, workers, each, all: all * each, load, seconds: minutes(60) });
        let before = workers;
        for (const { workers: now } of seen) {
          expect(now).toBeGreaterThanOrEqual(rules.least);
          expect(now).toBeLessThanOrEqual(rules.most);
          expect(Math.abs(now - before)).toBe(1);
          before = now;
        }
      }),
      { numRuns: 100 },
    );
  });
});
