import { percentile } from '../../src/lib/percentile';

export interface Spread {
  median: number;
  min: number;
  max: number;
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export const mean = (values: readonly number[]): number => sum(values) / values.length;

/** Returns the mean of the middle two if the number of values is even; NaN if there are none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return mean(sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1));
}

export const spread = (values: readonly number[]): Spread => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
});

/** @param values latencies in ms */
export const latencies = (values: readonly number[]) => ({
  meanMs: mean(values),
  p50Ms: percentile(values, 0.5),
  p90Ms: percentile(values, 0.9),
  p99Ms: percentile(values, 0.99),
  maxMs: percentile(values, 1),
});

/** Returns the slope of the straight line through these points, by least squares. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  return sum(points.map(([x, y]) => (x - meanX) * (y - meanY))) / sum(points.map(([x]) => (x - meanX) ** 2));
}
