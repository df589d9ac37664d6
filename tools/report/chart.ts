import type { EChartsOption } from 'echarts';
import { INK, LINE, SOFT } from './colours';

export interface Chart {
  title: string;
  height: number;
  legend: { name: string; colour: string }[];
  /** @param width in pixels, of a desk or of a phone */
  draw: (width: number) => EChartsOption;
}

/** Pixels; a chart that is no wider is drawn for a phone. */
export const NARROW = 450;
export const FONT = 'system-ui, -apple-system, sans-serif';
export const FONT_SIZE = 13;

const text = { color: SOFT, fontSize: FONT_SIZE - 1, fontFamily: FONT };

/** Width of the names of rows, at the left of a chart. */
export const labelWidth = (width: number): number => (width <= NARROW ? 108 : 165);

/** An axis of figures with a faint line at each. */
export const figureAxis = (name: string) => ({
  name,
  nameLocation: 'middle' as const,
  nameGap: 26,
  nameTextStyle: text,
  axisLabel: { ...text, hideOverlap: true },
  axisLine: { show: false },
  axisTick: { show: false },
  splitLine: { lineStyle: { color: LINE } },
  minorSplitLine: { show: false },
});

/** A vertical axis of figures with its name on top. */
export const figureAxisNamedAbove = (name: string) => ({
  ...figureAxis(''),
  name,
  nameLocation: 'end' as const,
  nameGap: 9,
  nameTextStyle: { ...text, align: 'left' as const },
});

/** An axis of names at the left, with the first on top. */
export const nameAxis = (names: string[], width: number) => ({
  type: 'category' as const,
  inverse: true,
  data: names,
  axisLabel: {
    ...text,
    color: INK,
    // The reader's font is unknown and may be wider.
    width: labelWidth(width) * 0.8,
    overflow: 'break' as const,
    interval: 0,
  },
  axisLine: { lineStyle: { color: LINE } },
  axisTick: { show: false },
});
