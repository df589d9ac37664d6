import { figureAxis, FONT, FONT_SIZE, nameAxis } from './axes';
import { labelWidth, NARROW, type Chart } from './chart';
import { INK } from './colours';

interface StackChart extends Pick<Chart, 'title' | 'description'> {
  axis: string;
  parts: { name: string; colour: string }[];
  rows: { name: string; values: number[]; label: string }[];
}

const ROW_HEIGHT = 34;
const FOOT = 48;

/** A bar for each row, of parts that are added up. */
export function makeStackChart({ axis, parts, rows, ...told }: StackChart): Chart {
  const label = {
    show: true,
    position: 'right' as const,
    color: INK,
    fontSize: FONT_SIZE - 1,
    fontFamily: FONT,
  };
  return {
    ...told,
    height: rows.length * ROW_HEIGHT + FOOT,
    legend: parts,
    draw: (width) => ({
      grid: { left: labelWidth(width), right: 74, top: 4, bottom: FOOT - 4 },
      xAxis: { ...figureAxis(axis), type: 'value', splitNumber: width <= NARROW ? 3 : 6 },
      yAxis: nameAxis(
        rows.map(({ name }) => name),
        labelWidth(width),
      ),
      series: [
        ...parts.map(({ name, colour }, part) => ({
          type: 'bar' as const,
          name,
          stack: 'all',
          barWidth: 18,
          silent: true,
          itemStyle: { color: colour },
          data: rows.map(({ values }) => values[part] ?? 0),
        })),
        // Of no width, at the end of the bar: its label is the sum's.
        {
          type: 'bar' as const,
          stack: 'all',
          silent: true,
          itemStyle: { color: 'none' },
          label: {
            ...label,
            formatter: ({ dataIndex }: { dataIndex: number }) => rows[dataIndex]?.label ?? '',
          },
          data: rows.map(() => 0),
        },
      ],
    }),
  };
}
