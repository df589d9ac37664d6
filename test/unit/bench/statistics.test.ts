import { latencies, median, slopeOf, spread } from '../../../bench/figures/statistics';
import { percentile } from '../../../src/lib/percentile';
import { createRateWindow } from '../../../bench/load/rate-window';

describe('statistics', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it('takes percentiles by nearest rank, in any order of the values', () => {
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile([7], 0.99)).toBe(7);
    expect(percentile([], 0.99)).toBeNaN();
  });

  it('takes the mean of the middle two as the median of an even number', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  it('finds the range of the runs', () => {
    expect(spread([12, 11, 14])).toEqual({ median: 12, min: 11, max: 14 });
  });

  it('fits a straight line', () => {
    const line = [1, 2, 3, 4].map((x) => [x, 10 + 3 * x] as const);
    expect(slopeOf(line)).toBeCloseTo(3);
    expect(slopeOf([...line, [5, 10 + 3 * 5 + 10]])).toBeCloseTo(5);
  });

  it('does not change the values', () => {
    const values = [3, 1, 2];
    latencies(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('rate window', () => {
  it('counts from one completion to another', () => {
    const window = createRateWindow(1);
    // One every 300 ms: the clock would cut off the last.
    const counted = [100, 400, 700, 1_000, 1_300, 1_600].map((now) => window.record(now));
    expect(counted).toEqual([false, true, true, true, true, false]);
    expect(window.isClosed()).toBe(true);
    expect(window.count()).toBe(4);
    expect(window.perSecond()).toBeCloseTo(1_000 / 300);
  });

  it('has no rate if it did not close', () => {
    const window = createRateWindow(1);
    window.record(0);
    window.record(500);
    expect(window.isClosed()).toBe(false);
    expect(window.perSecond()).toBe(0);
  });
});
