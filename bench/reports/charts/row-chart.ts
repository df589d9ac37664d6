import type { CustomSeriesOption, CustomSeriesRenderItem } from 'echarts';
import {
  figureAxis,
  FONT,
  FONT_SIZE,
  labelWidth,
  nameAxis,
  NARROW,
  type Chart,
} from '../../../tools/report/chart';
import { INK, PAPER, THIRD } from '../../../tools/report/colours';

/** A bar with its range, or a range between two dots. */
export interface Mark {
  value: number;
  from: number;
  to: number;
  label: string;
}

export interface RowChart {
  title: string;
  kind: 'bars' | 'ranges';
  axis: string;
  logarithmic?: boolean;
  groups: { name: string; colour: string }[];
  /** Each row has a mark per group. */
  rows: { name: string; marks: (Mark | undefined)[]; aim?: number }[];
}

const MARK_HEIGHT = 17;
const ROW_GAP = 14;
const FOOT = 48;

/** Draws named rows, each with the marks of its groups below one another. @returns no chart if there are no rows */
export function makeRowChart({ title, kind, axis, logarithmic, groups, rows }: RowChart): Chart[] {
  if (rows.length === 0) return [];
  const marks = rows.flatMap((row) => row.marks.filter((mark) => mark !== undefined));
  const longest = Math.max(...marks.map(({ label }) => label.length));
  const rowHeight = groups.length * MARK_HEIGHT + ROW_GAP;
  const hasAims = rows.some(({ aim }) => aim !== undefined);
  const lowest = 10 ** Math.floor(Math.log10(Math.min(...marks.map(({ from }) => from))));
  const chart: Chart = {
    title,
    height: rows.length * rowHeight + FOOT,
    legend: [
      ...(groups.length > 1 ? groups : []),
      ...(hasAims ? [{ name: 'aim, at least', colour: THIRD }] : []),
    ],
    draw: (width) => ({
      grid: { left: labelWidth(width), right: longest * 6.5 + 20, top: 4, bottom: FOOT - 4 },
      xAxis: {
        ...figureAxis(axis),
        ...(logarithmic ? { type: 'log', min: lowest } : { type: 'value', min: 0 }),
        splitNumber: width <= NARROW ? 3 : 6,
      },
      yAxis: nameAxis(
        rows.map(({ name }) => name),
        width,
      ),
      series: [
        ...groups.map(({ name, colour }, group) => {
          const marks = rows.map((row) => row.marks[group]);
          const offset = (group - (groups.length - 1) / 2) * MARK_HEIGHT;
          return makeSeries(name, colour, marks, drawMark({ kind, colour, offset, lowest, marks }));
        }),
        makeSeries(
          'aim',
          THIRD,
          rows.map(({ aim }) => (aim === undefined ? undefined : { value: aim, from: aim, to: aim })),
          drawAim(rowHeight - ROW_GAP + 6),
        ),
      ],
    }),
  };
  return [chart];
}

const makeSeries = (
  name: string,
  color: string,
  marks: (Omit<Mark, 'label'> | undefined)[],
  renderItem: CustomSeriesRenderItem,
): CustomSeriesOption => ({
  type: 'custom',
  name,
  renderItem,
  itemStyle: { color },
  encode: { x: [0, 2, 3], y: 1 },
  silent: true,
  data: marks.flatMap((mark, row) => (mark ? [[mark.value, row, mark.from, mark.to]] : [])),
});

const line = (x1: number, y1: number, x2: number, y2: number, style: object) => ({
  type: 'line' as const,
  shape: { x1, y1, x2, y2 },
  style: { fill: 'none', ...style },
});

interface MarkStyle {
  kind: RowChart['kind'];
  colour: string;
  /** Pixels from the middle of the row. */
  offset: number;
  /** The least value of the axis. */
  lowest: number;
  marks: (Mark | undefined)[];
}

const drawMark =
  ({ kind, colour, offset, lowest, marks }: MarkStyle): CustomSeriesRenderItem =>
  (_params, api) => {
    const row = Number(api.value(1));
    const at = (value: number) => api.coord([value, row])[0] ?? 0;
    const [x = 0, from = 0, to = 0] = [0, 2, 3].map((index) => at(Number(api.value(index))));
    const y = (api.coord([lowest, row])[1] ?? 0) + offset;
    const half = MARK_HEIGHT / 2 - 1;
    const thin = { stroke: INK, lineWidth: 1.5 };
    const dot = (cx: number, fill: string) => ({
      type: 'circle' as const,
      shape: { cx, cy: y, r: 4.5 },
      style: { fill, stroke: colour, lineWidth: 2 },
    });
    const shapes =
      kind === 'bars'
        ? [
            {
              type: 'rect' as const,
              shape: { x: at(0), y: y - half, width: Math.max(1, x - at(0)), height: 2 * half },
              style: { fill: colour },
            },
            line(from, y, to, y, thin),
            ...[from, to].map((end) => line(end, y - 4, end, y + 4, thin)),
          ]
        : [line(from, y, to, y, { stroke: colour, lineWidth: 3 }), dot(from, PAPER), dot(to, colour)];
    const text = {
      type: 'text' as const,
      x: Math.max(x, to) + 9,
      y,
      style: {
        text: marks[row]?.label ?? '',
        fill: INK,
        font: `${FONT_SIZE - 1}px ${FONT}`,
        verticalAlign: 'middle' as const,
      },
    };
    return { type: 'group', children: [...shapes, text] };
  };

const drawAim =
  (height: number): CustomSeriesRenderItem =>
  (_params, api) => {
    const [x = 0, y = 0] = api.coord([api.value(0), api.value(1)]);
    return line(x, y - height / 2, x, y + height / 2, { stroke: THIRD, lineWidth: 2.5, lineDash: [5, 3] });
  };
