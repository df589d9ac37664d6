/** Returns the smallest value that a `share` (0 to 1) of all values do not exceed (nearest rank); NaN if there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

export const p99 = (values: readonly number[]): number => percentile(values, 0.99);
