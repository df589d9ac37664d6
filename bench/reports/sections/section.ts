import type { Chart } from '../../../tools/report/chart';
import type { Section, Table } from '../../../tools/report/section';
import type { Series } from '../../store/result-types';
import { makeRowChart, type Mark, type RowChart } from '../charts/row-chart';
import { explainMarks } from '../faults';
import { formatNumber, formatSpread } from '../format';
import { middleOf, p50Of, p99Of, perSecondOf, spreadOf, type FigureOf } from '../select';

export type Column<T> = readonly [head: string, cell: (row: T) => string];

/** @returns `undefined`, so that the section is left out, if no table has rows */
export function makeSection(section: Pick<Section, 'id' | 'title'> & Partial<Section>): Section | undefined {
  const tables = (section.tables ?? []).filter(({ rows }) => rows.length > 0);
  if (tables.length === 0) return undefined;
  const names = tables.flatMap(({ head, rows }) => [...head, ...rows.map(([name = '']) => name)]);
  const notes = [...(section.notes ?? []), ...explainMarks(names)];
  return { text: [], charts: [], ...section, tables, notes };
}

/** Makes a table with a row per item. */
export const makeTable = <T>(rows: readonly T[], columns: readonly Column<T>[]): Table => ({
  head: columns.map(([head]) => head),
  rows: rows.map((row) => columns.map(([, cell]) => cell(row))),
});

/** Cells with the range of the rounds, and without. */
export const rangeCell = (figure: FigureOf) => (series?: Series) => formatSpread(spreadOf(series, figure));
export const middleCell =
  (figure: FigureOf, format = formatNumber) =>
  (series?: Series) =>
    format(middleOf(series, figure));

export const RATE = ['requests/s', rangeCell(perSecondOf)] as const;
export const P50 = ['p50 ms', middleCell(p50Of)] as const;
export const P99 = ['p99 ms', rangeCell(p99Of)] as const;

/** Marks a median with the range of the rounds, in multiples of `unit`; `undefined` without a figure. */
export function barOf(
  series: Series | undefined,
  figure: FigureOf,
  format: (median: number) => string,
  unit = 1,
): Mark | undefined {
  const { median, min, max } = spreadOf(series, figure);
  if (!Number.isFinite(median / unit)) return undefined;
  return { value: median / unit, from: min / unit, to: max / unit, label: format(median) };
}

export const perSecond = (rate: number) => `${formatNumber(rate)}/s`;
export const inMs = (ms: number) => `${formatNumber(ms)} ms`;

/** Marks the range from p50 to p99. */
function rangeOf(series: Series | undefined): Mark | undefined {
  if (!series) return undefined;
  const [from, to] = [middleOf(series, p50Of), middleOf(series, p99Of)];
  return { value: from, from, to, label: `${formatNumber(from)} – ${formatNumber(to)}` };
}

/** A chart of latencies, whose rows name one series per group. */
export const latencyChart = (
  title: string,
  groups: RowChart['groups'],
  rows: { name: string; series: (Series | undefined)[] }[],
): Chart[] =>
  makeRowChart({
    kind: 'ranges',
    logarithmic: true,
    title,
    axis: 'ms (logarithmic), from p50 (hollow) to p99 (filled)',
    groups,
    rows: rows.map(({ name, series }) => ({ name, marks: series.map(rangeOf) })),
  });
