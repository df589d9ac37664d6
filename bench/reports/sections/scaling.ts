import { bestThroughput, bestWorkers } from '../../curve/usl';
import { spread } from '../../figures/statistics';
import type { BenchResults, ScalingCurve } from '../../store/result-types';
import { makeScalingChart } from '../charts/scaling-chart';
import { formatNumber, formatPercent, formatSpread } from '../format';
import { ERRORS } from '../marks';
import { nameOfScenario } from '../names';
import { makeSection } from '../section';

export function scalingSection({ curves }: BenchResults) {
  const quotas = [...new Set(curves.map(({ quotaCores }) => quotaCores))].join(' or ');
  return makeSection({
    id: 'scaling',
    title: 'Scaling curve',
    text: [
      `So that more workers than cores can be compared, each worker is held to ${quotas} of a core here. To the points ` +
        'a law is fitted, the universal scalability law (Gunther 2007): X(N) = λN / (1 + σ(N−1) + κN(N−1)). λ is what ' +
        'one worker does, σ the share that is done one after the other, κ what each pair of workers costs.',
    ],
    charts: curves.map((curve) => makeScalingChart(nameOfCurve(curve), curve)),
    tables: [
      { head: ['', 'λ /s', 'σ', 'κ', 'R²', 'most', 'at workers'], rows: curves.flatMap(fitRow) },
      ...curves.map(pointTable),
    ],
    notes: [
      '"most": the greatest throughput by the fitted law, at the quota; beyond the measured workers it is a guess.',
      '"cores": in use by everything on this machine.',
    ],
  });
}

/** With the cost of its passwords, where that isn't the one of the other figures. */
const nameOfCurve = ({ scenario, bcryptCost }: ScalingCurve): string =>
  nameOfScenario(scenario) + (bcryptCost === undefined ? '' : `, bcrypt cost ${bcryptCost}`);

function fitRow(curve: ScalingCurve): string[][] {
  const { fit } = curve;
  if (!fit) return [];
  const [most, workers] = [bestThroughput(fit), bestWorkers(fit)];
  return [
    [
      nameOfCurve(curve),
      formatNumber(fit.lambda),
      fit.sigma.toFixed(4),
      fit.kappa.toFixed(5),
      fit.r2.toFixed(3),
      Number.isFinite(most) ? `${formatNumber(most)}/s` : 'no limit',
      Number.isFinite(workers) ? formatNumber(workers) : 'ever more',
    ],
  ];
}

/** What wasn't told has no column. */
function pointTable(curve: ScalingCurve) {
  const { points } = curve;
  const tellsHits = points.some(({ hitShare }) => hitShare !== undefined);
  const tellsCores = points.some(({ machineCores }) => machineCores !== undefined);
  return {
    head: [
      `${nameOfCurve(curve)}: workers`,
      'requests/s',
      'of ideal',
      ...(tellsHits ? ['from cache'] : []),
      ...(tellsCores ? ['cores'] : []),
    ],
    rows: points.map(({ workers, perSecond, efficiency, errors, ...told }) => [
      String(workers) + (Object.keys(errors).length > 0 ? ERRORS : ''),
      formatSpread(spread(perSecond)),
      formatPercent(efficiency),
      ...(tellsHits ? [formatPercent(told.hitShare ?? NaN)] : []),
      ...(tellsCores ? [formatNumber(told.machineCores ?? NaN)] : []),
    ]),
  };
}
