import { createLateness, type Lateness } from '../../../src/admission/lateness';

let lateness: Lateness;
let time: number;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['performance'] });
  time = 0;
  lateness = createLateness({ now: () => time });
});

afterEach(() => {
  lateness.stop();
  jest.useRealTimers();
});

/** Repeats periods in which the event loop turns only at their end. */
function stall(ms: number, times = 1): void {
  for (let count = 0; count < times; count += 1) {
    time += ms;
    jest.advanceTimersByTime(20);
  }
}

describe('the lateness of the event loop', () => {
  it('is 0 while the event loop turns', () => {
    stall(20, 100);
    expect([lateness.nowMs(), lateness.recentMs()]).toEqual([0, 0]);
  });

  it('is about 90 ms for a worker that is suspended for 90 of every 100 ms', () => {
    stall(100, 30);
    expect(lateness.nowMs()).toBe(80);
    expect(lateness.recentMs()).toBeGreaterThan(70);
    stall(20, 200);
    expect(lateness.recentMs()).toBeLessThan(5);
  });

  it('grows while a stall lasts', () => {
    time += 520;
    expect(lateness.nowMs()).toBe(500);
    expect(lateness.recentMs()).toBeGreaterThan(0);
  });

  it('grows little with a single stall of any length', () => {
    stall(20, 50);
    stall(3_000);
    expect(lateness.nowMs()).toBe(2_980);
    expect(lateness.recentMs()).toBeLessThan(40);
  });

  it('stands if it lasts, but not after a single pause of any length', () => {
    stall(20, 100);
    stall(3_000);
    expect(lateness.standingMs()).toBe(0);
    stall(20, 100);
    expect(lateness.standingMs()).toBe(0);
    stall(320, 20);
    expect(lateness.standingMs()).toBe(300);
    stall(20, 100);
    expect(lateness.standingMs()).toBe(0);
  });
});
