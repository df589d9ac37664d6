import type { CustomSeriesOption, CustomSeriesRenderItem } from 'echarts';
import { figureAxis, FONT, FONT_SIZE, nameAxis } from './axes';
import { labelWidth, NARROW, type Chart } from './chart';
import { INK, THIRD } from './colours';

/** One mark: a bar with its range, or a range between two dots. */
export interface Mark {
  value: number;
  from: number;
  to: number;
  label: string;
}

interface RowChart extends Pick<Chart, 'title' | 'description'> {
  kind: 'bars' | 'ranges';
  axis: string;
  /** By tens, where figures differ much. */
  logarithmic?: boolean;
  groups: { name: string; colour: string }[];
  /** A mark a group, and what is aimed at. */
  rows: { name: string; marks: (Mark | undefined)[]; aim?: number }[];
}

const MARK_HEIGHT = 17;
const ROW_GAP = 14;
const FOOT = 48;

/** Rows of names, each with a mark of each group below another. */
export function makeRowChart({ kind, axis, logarithmic, groups, rows, ...told }: RowChart): Chart {
  const marks = rows.flatMap((row) => row.marks.filter((mark) => mark !== undefined));
  const longest = Math.max(...marks.map(({ label }) => label.length));
  const rowHeight = groups.length * MARK_HEIGHT + ROW_GAP;
  const aims = rows.some(({ aim }) => aim !== undefined);
  const lowest = 10 ** Math.floor(Math.log10(Math.min(...marks.map(({ from }) => from))));
  return {
    ...told,
    height: rows.length * rowHeight + FOOT,
    legend: [
      ...(groups.length > 1 ? groups : []),
      ...(aims ? [{ name: 'aim, at least', colour: THIRD }] : []),
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
        labelWidth(width),
      ),
      series: [
        ...groups.map(({ name, colour }, group) => ({
          ...custom(name, colour, drawMark(kind, group, groups.length, colour, rows, lowest)),
          data: rows.flatMap(({ marks }, row) => {
            const mark = marks[group];
            return mark ? [[mark.value, row, mark.from, mark.to]] : [];
          }),
        })),
        {
          ...custom('aim', THIRD, drawAim(rowHeight - ROW_GAP + 6)),
          data: rows.flatMap(({ aim }, row) => (aim === undefined ? [] : [[aim, row, aim, aim]])),
        },
      ],
    }),
  };
}

const custom = (name: string, color: string, renderItem: CustomSeriesRenderItem): CustomSeriesOption => ({
  type: 'custom',
  name,
  renderItem,
  itemStyle: { color },
  encode: { x: [0, 2, 3], y: 1 },
  silent: true,
});

function drawMark(
  kind: RowChart['kind'],
  group: number,
  groups: number,
  colour: string,
  rows: RowChart['rows'],
  lowest: number,
): CustomSeriesRenderItem {
  return (_params, api) => {
    const row = Number(api.value(1));
    const at = (value: number) => api.coord([value, row])[0] ?? 0;
    const [x, from, to] = [at(Number(api.value(0))), at(Number(api.value(2))), at(Number(api.value(3)))];
    const y = (api.coord([lowest, row])[1] ?? 0) + (group - (groups - 1) / 2) * MARK_HEIGHT;
    const line = (x1: number, y1: number, x2: number, y2: number, stroke: string, lineWidth: number) => ({
      type: 'line' as const,
      shape: { x1, y1, x2, y2 },
      style: { stroke, lineWidth, fill: 'none' },
    });
    const dot = (cx: number, fill: string) => ({
      type: 'circle' as const,
      shape: { cx, cy: y, r: 4.5 },
      style: { fill, stroke: colour, lineWidth: 2 },
    });
    const half = MARK_HEIGHT / 2 - 1;
    const start = at(0);
    const bar = [
      {
        type: 'rect' as const,
        shape: { x: start, y: y - half, width: Math.max(1, x - start), height: 2 * half },
        style: { fill: colour },
      },
      line(from, y, to, y, INK, 1.5),
      line(from, y - 4, from, y + 4, INK, 1.5),
      line(to, y - 4, to, y + 4, INK, 1.5),
    ];
    const range = [line(from, y, to, y, colour, 3), dot(from, 'var(--paper)'), dot(to, colour)];
    const text = {
      type: 'text' as const,
      x: Math.max(x, to) + 9,
      y,
      style: {
        text: rows[row]?.marks[group]?.label ?? '',
        fill: INK,
        font: `${FONT_SIZE - 1}px ${FONT}`,
        verticalAlign: 'middle' as const,
      },
    };
    return { type: 'group', children: [...(kind === 'bars' ? bar : range), text] };
  };
}

const drawAim =
  (height: number): CustomSeriesRenderItem =>
  (_params, api) => {
    const [x = 0, y = 0] = api.coord([api.value(0), api.value(1)]);
    return {
      type: 'line',
      shape: { x1: x, y1: y - height / 2, x2: x, y2: y + height / 2 },
      style: { stroke: THIRD, lineWidth: 2.5, lineDash: [5, 3], fill: 'none' },
    };
  };
