import Table from 'cli-table3';
import { styleText } from 'node:util';
import type { Spread } from '../figures/statistics';

/** Three digits are as many as a measurement here deserves; all of those before the point. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** The median, and from where to where the runs went. */
export function formatSpread({ median, min, max }: Spread): string {
  if (!Number.isFinite(median) || min === max) return formatNumber(median);
  return `${formatNumber(median)} (${formatNumber(min)}–${formatNumber(max)})`;
}

export const formatPercent = (share: number): string =>
  Number.isFinite(share) ? `${Math.round(share * 100)} %` : '–';

export const formatTimes = (ratio: number): string =>
  Number.isFinite(ratio) ? `${ratio.toFixed(ratio >= 100 ? 0 : 2)} ×` : '–';

export const heading = (text: string): string =>
  process.stdout.isTTY ? styleText(['bold', 'underline'], text) : text;

export const warning = (text: string): string =>
  process.stdout.isTTY ? styleText(['bold', 'red'], text) : text;

const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) => [
    [side, ''],
    [`${side}-mid`, ''],
    [`${side}-left`, ''],
    [`${side}-right`, ''],
  ]),
);

/** Text to the left, figures to the right, a rule below the head; as wide as its content. */
export function formatTable([head = [], ...rows]: string[][]): string {
  const table = new Table({
    head,
    colAligns: head.map((_, column) => (column === 0 ? 'left' : 'right')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: { ...NO_LINES, middle: '' },
  });
  table.push(...rows);
  const lines = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
  const rule = '─'.repeat(Math.max(...lines.map((line) => line.length)));
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}
