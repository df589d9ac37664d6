import { spread } from '../../figures/statistics';
import { bestThroughput, bestWorkers } from '../../figures/usl';
import type { BenchResults, CurvePoint, ScalingCurve, UslFit } from '../../store/result-types';
import { makeScalingChart } from '../charts/scaling-chart';
import { markOf } from '../faults';
import { formatNumber, formatPercent, formatSpread } from '../format';
import { nameOfScenario } from '../names';
import { makeSection, makeTable, type Column } from './section';

type Fitted = ScalingCurve & { fit: UslFit };

export function scalingSection({ curves }: BenchResults) {
  const quotas = [...new Set(curves.map(({ quotaCores }) => quotaCores))].join(' or ');
  const fitted = curves.filter((curve): curve is Fitted => curve.fit !== undefined);
  return makeSection({
    id: 'scaling',
    title: 'Scaling curve',
    text: [
      `Each worker is held to ${quotas} of a core here, so that more workers than cores can be compared. The curve is ` +
        'fitted by the universal scalability law (Gunther 2007): X(N) = λN / (1 + σ(N−1) + κN(N−1)). λ is the throughput ' +
        'of one worker, σ the share that is done one after the other, κ the cost of each pair of workers.',
    ],
    charts: curves.map((curve) => makeScalingChart(nameOfCurve(curve), curve)),
    tables: [
      makeTable(fitted, [
        ['', nameOfCurve],
        ['λ /s', ({ fit }) => formatNumber(fit.lambda)],
        ['σ', ({ fit }) => fit.sigma.toFixed(4)],
        ['κ', ({ fit }) => fit.kappa.toFixed(5)],
        ['R²', ({ fit }) => fit.r2.toFixed(3)],
        ['most', ({ fit }) => orElse(bestThroughput(fit), (most) => `${formatNumber(most)}/s`, 'no limit')],
        ['at workers', ({ fit }) => orElse(bestWorkers(fit), formatNumber, 'ever more')],
      ]),
      ...curves.map(pointTable),
    ],
    notes: [
      '"most": greatest throughput by the fitted law, at the quota; beyond the measured workers it is a guess.',
      '"cores": in use by everything on this host.',
    ],
  });
}

const orElse = (value: number, format: (value: number) => string, otherwise: string) =>
  Number.isFinite(value) ? format(value) : otherwise;

const nameOfCurve = ({ scenario, bcryptCost }: ScalingCurve): string =>
  nameOfScenario(scenario) + (bcryptCost === undefined ? '' : `, bcrypt cost ${bcryptCost}`);

/** Leaves out the columns of figures that no point has. */
function pointTable(curve: ScalingCurve) {
  const { points } = curve;
  const optional = (
    head: string,
    figure: 'hitShare' | 'machineCores',
    format: typeof formatNumber,
  ): Column<CurvePoint>[] =>
    points.some((point) => point[figure] !== undefined)
      ? [[head, (point) => format(point[figure] ?? NaN)]]
      : [];
  return makeTable(points, [
    [`${nameOfCurve(curve)}: workers`, (point) => String(point.workers) + markOf(point)],
    ['requests/s', ({ perSecond }) => formatSpread(spread(perSecond))],
    ['of ideal', ({ efficiency }) => formatPercent(efficiency)],
    ...optional('from cache', 'hitShare', formatPercent),
    ...optional('cores', 'machineCores', formatNumber),
  ]);
}
