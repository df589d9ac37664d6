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

/** Lets time pass in which the event loop turns only at its end, so many times. */
function stall(ms: number, times = 1): void {
  for (let count = 0; count < times; count += 1) {
    time += ms;
    jest.advanceTimersByTime(20);
  }
}

describe('the lateness of the event loop', () => {
  it('is none while the event loop turns', () => {
    stall(20, 100);
    expect([lateness.nowMs(), lateness.recentMs()]).toEqual([0, 0]);
  });

  it('is that of a worker which stands still for 90 of each 100 ms', () => {
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

  it('is not lifted far by a single stall, however long it is', () => {
    stall(20, 50);
    stall(3_000);
    expect(lateness.nowMs()).toBe(2_980);
    expect(lateness.recentMs()).toBeLessThan(40);
  });

  it('stands only if it lasts, and not for a pause however long', () => {
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
