import { figureAxis, figureAxisNamedAbove } from './chart';

/** Pixels. */
const TOP = 26;
const LATENCIES = 220;
const BETWEEN = 40;
const FOOT = 44;

/**
 * Returns the height and the axes of two diagrams over the same seconds: latencies, and below them what happens a second.
 *
 * @param last second of both
 * @param below unit and height in pixels of the lower one
 */
export function overTime(last: number, below: { unit: string; height: number }) {
  const grid = { left: 64, right: 16 };
  const xAxis = { ...figureAxis(''), type: 'value' as const, min: 0, max: last };
  return {
    height: TOP + LATENCIES + BETWEEN + below.height + FOOT,
    axes: {
      grid: [
        { ...grid, top: TOP, height: LATENCIES },
        { ...grid, top: TOP + LATENCIES + BETWEEN, height: below.height },
      ],
      xAxis: [
        { ...xAxis, gridIndex: 0, axisLabel: { show: false } },
        { ...xAxis, ...figureAxis('seconds'), gridIndex: 1 },
      ],
      yAxis: [
        { ...figureAxisNamedAbove('ms'), type: 'log' as const, gridIndex: 0 },
        { ...figureAxisNamedAbove(below.unit), type: 'value' as const, gridIndex: 1, splitNumber: 3 },
      ],
    },
  };
}

export const thinLine = (data: [seconds: number, value: number | null][], color: string) => ({
  type: 'line' as const,
  data,
  showSymbol: false,
  silent: true,
  lineStyle: { color, width: 1.5 },
  itemStyle: { color },
});

/** Places a line in the lower diagram. */
export const IN_LOWER = { xAxisIndex: 1, yAxisIndex: 1 };
