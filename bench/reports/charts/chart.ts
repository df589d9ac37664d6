import type { EChartsOption } from 'echarts';

export interface Chart {
  title: string;
  /** For those who don't see it; the figures stand in a table beside it. */
  description: string;
  height: number;
  legend: { name: string; colour: string }[];
  /** @param width in pixels: of a desk or of a phone */
  draw: (width: number) => EChartsOption;
}

/** Pixels; at most this wide a chart is drawn for a phone. */
export const NARROW = 450;

/** A chart's names of rows stand at its left. */
export const labelWidth = (width: number): number => (width <= NARROW ? 108 : 165);
