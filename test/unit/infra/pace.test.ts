import { setTimeout as sleep } from 'node:timers/promises';
import { createPace } from '../../../src/infra/hash-pool';

/** Simulates a piece of work of this duration. */
function work(pace: ReturnType<typeof createPace>, ms: number, isDone = true) {
  jest.spyOn(performance, 'now').mockReturnValueOnce(1_000);
  const end = pace.begin();
  jest.spyOn(performance, 'now').mockReturnValueOnce(1_000 + ms);
  end(isDone ? ms : undefined);
  jest.restoreAllMocks();
}

describe('the pace', () => {
  it('follows work that gets slower and faster again', () => {
    const pace = createPace();
    expect(pace.ms()).toBe(0);
    for (let count = 0; count < 10; count++) work(pace, 100);
    expect(pace.ms()).toBeCloseTo(100);
    for (let count = 0; count < 10; count++) work(pace, 500);
    expect(pace.ms()).toBeGreaterThan(400);
    for (let count = 0; count < 20; count++) work(pace, 100);
    expect(pace.ms()).toBeLessThan(120);
  });

  it('shows a stall before its end', async () => {
    const pace = createPace();
    work(pace, 1);
    const end = pace.begin();
    await sleep(30);
    expect(pace.ms()).toBeGreaterThan(20);
    end(30);
    expect(pace.ms()).toBeLessThan(20);
  });

  it('ignores failed work and the start of a thread', () => {
    const pace = createPace();
    jest.spyOn(performance, 'now').mockReturnValueOnce(0);
    const end = pace.begin();
    jest.spyOn(performance, 'now').mockReturnValueOnce(400);
    end(50);
    jest.restoreAllMocks();
    work(pace, 1, false);
    expect(pace.ms()).toBe(50);
  });
});
