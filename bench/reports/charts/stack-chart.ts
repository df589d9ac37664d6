import {
  figureAxis,
  FONT,
  FONT_SIZE,
  labelWidth,
  nameAxis,
  NARROW,
  type Chart,
} from '../../../tools/report/chart';
import { INK } from '../../../tools/report/colours';

interface StackChart {
  title: string;
  axis: string;
  parts: { name: string; colour: string }[];
  rows: { name: string; values: number[]; label: string }[];
}

const ROW_HEIGHT = 34;
const FOOT = 48;

/** Draws a bar per row, of parts that add up. @returns no chart if there are no rows */
export function makeStackChart({ title, axis, parts, rows }: StackChart): Chart[] {
  if (rows.length === 0) return [];
  const bar = { type: 'bar' as const, stack: 'all', barWidth: 18, silent: true };
  const label = { position: 'right' as const, color: INK, fontSize: FONT_SIZE - 1, fontFamily: FONT };
  const chart: Chart = {
    title,
    height: rows.length * ROW_HEIGHT + FOOT,
    legend: parts,
    draw: (width) => ({
      grid: { left: labelWidth(width), right: 74, top: 4, bottom: FOOT - 4 },
      xAxis: { ...figureAxis(axis), type: 'value', splitNumber: width <= NARROW ? 3 : 6 },
      yAxis: nameAxis(
        rows.map(({ name }) => name),
        width,
      ),
      series: [
        ...parts.map(({ name, colour }, part) => ({
          ...bar,
          name,
          itemStyle: { color: colour },
          data: rows.map(({ values }) => values[part] ?? 0),
        })),
        // A bar without width carries the label of the sum.
        {
          ...bar,
          itemStyle: { color: 'none' },
          label: {
            ...label,
            show: true,
            formatter: ({ dataIndex }: { dataIndex: number }) => rows[dataIndex]?.label ?? '',
          },
          data: rows.map(() => 0),
        },
      ],
    }),
  };
  return [chart];
}
