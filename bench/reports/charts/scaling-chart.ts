import type { CustomSeriesRenderItem } from 'echarts';
import { figureAxis, FONT, FONT_SIZE, NARROW, type Chart } from '../../../tools/report/chart';
import { INK, MANY, ONE, SOFT, THIRD } from '../../../tools/report/colours';
import { median, spread } from '../../figures/statistics';
import { bestWorkers, throughputAt } from '../../figures/usl';
import type { ScalingCurve } from '../../store/result-types';

const STEPS = 60;

/** Draws throughput over workers: measured, by the fitted law, and as a multiple of one worker. */
export function makeScalingChart(name: string, { points, fit }: ScalingCurve): Chart {
  const measured = Math.max(...points.map(({ workers }) => workers));
  const peak = fit ? bestWorkers(fit) : Infinity;
  // Goes beyond the measured workers only if the peak is then visible.
  const most = peak <= 1.5 * measured ? Math.max(measured, Math.ceil(peak * 1.1)) : measured;
  const one = fit?.lambda ?? median(points.find(({ workers }) => workers === 1)?.perSecond ?? []);
  const fitted = fit
    ? Array.from({ length: STEPS + 1 }, (_, step) => {
        const workers = 1 + ((most - 1) * step) / STEPS;
        return [workers, throughputAt(fit, workers)];
      })
    : [];
  const line = (name: string, color: string, data: number[][], type: 'solid' | 'dashed') => ({
    type: 'line' as const,
    name,
    data,
    showSymbol: false,
    silent: true,
    lineStyle: { color, type, width: 2 },
    itemStyle: { color },
  });
  return {
    title: `${name}: throughput over the number of workers`,
    height: 320,
    legend: [
      { name: 'measured, with the range', colour: INK },
      ...(fit ? [{ name: 'fitted law', colour: MANY }] : []),
      { name: 'one worker times the number of workers', colour: ONE },
      ...(peak <= most ? [{ name: 'greatest throughput', colour: THIRD }] : []),
    ],
    draw: (width) => ({
      grid: { left: 58, right: 20, top: 24, bottom: 44 },
      xAxis: {
        ...figureAxis('workers'),
        type: 'value',
        min: 0,
        max: most,
        splitNumber: width <= NARROW ? 4 : 8,
      },
      yAxis: {
        ...figureAxis(''),
        type: 'value',
        min: 0,
        name: 'requests/s',
        nameLocation: 'end',
        nameGap: 10,
        nameTextStyle: { color: SOFT, fontSize: FONT_SIZE - 1, fontFamily: FONT },
      },
      series: [
        line(
          'ideal',
          ONE,
          [1, most].map((workers) => [workers, workers * one]),
          'dashed',
        ),
        line('fit', MANY, fitted, 'solid'),
        line(
          'peak',
          THIRD,
          peak <= most && fit ? [0, throughputAt(fit, peak)].map((rate) => [peak, rate]) : [],
          'dashed',
        ),
        {
          type: 'custom',
          name: 'measured',
          silent: true,
          itemStyle: { color: INK },
          encode: { x: 0, y: [1, 2, 3] },
          renderItem: drawPoint,
          data: points.map(({ workers, perSecond }) => {
            const { median, min, max } = spread(perSecond);
            return [workers, median, min, max];
          }),
        },
      ],
    }),
  };
}

const drawPoint: CustomSeriesRenderItem = (_params, api) => {
  const [x = 0, y = 0] = api.coord([api.value(0), api.value(1)]);
  const yOf = (index: number) => api.coord([api.value(0), api.value(index)])[1] ?? 0;
  const style = { stroke: INK, lineWidth: 1.5, fill: 'none' };
  return {
    type: 'group',
    children: [
      { type: 'line', shape: { x1: x, y1: yOf(2), x2: x, y2: yOf(3) }, style },
      { type: 'circle', shape: { cx: x, cy: y, r: 4 }, style: { fill: INK } },
    ],
  };
};
