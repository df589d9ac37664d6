import type { Spread } from '../figures/statistics';

/** Formats three digits, or all of those before the point: a measurement is no more exact. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Formats the median, with the range of the runs after it. */
export function formatSpread({ median, min, max }: Spread, format = formatNumber): string {
  if (!Number.isFinite(median) || min === max) return format(median);
  return `${format(median)} (${format(min)}–${format(max)})`;
}

export const formatPercent = (share: number): string =>
  Number.isFinite(share) ? `${Math.round(share * 100)} %` : '–';

export const formatTimes = (ratio: number): string =>
  Number.isFinite(ratio) ? `${ratio.toFixed(ratio >= 100 ? 0 : 2)} ×` : '–';

export const formatCount = (count: number, noun: string, nouns = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : nouns}`;
