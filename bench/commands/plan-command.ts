import path from 'node:path';
import { commands } from '../../tools/command/bench-commands';
import { forCaller, fromCaller } from '../../src/command-line/convention';
import { formatTable } from '../../tools/report/markdown';
import { bestThroughput, bestWorkers, throughputAt, workersFor } from '../figures/usl';
import { formatCount, formatNumber, formatPercent, formatSpread } from '../reports/format';
import { nameOfScenario } from '../reports/names';
import { makeTable } from '../reports/sections/section';
import { pairOf, perSecondOf, spreadOf } from '../reports/select';
import { KEPT_FOLDER, OWN_FOLDER } from '../store/folders';
import { findNewest, readResults, SavedResultsError } from '../store/read-results';
import type { BenchResults, ScalingCurve, UslFit } from '../store/result-types';
import { planFleetFor } from './fleet-plan';
import { printAnswer } from './print-answer';

type Fitted = ScalingCurve & { fit: UslFit };

/** Most load of the workers; near full load, queues grow without end. */
const LOAD = 0.7;
const ONLY_MIX = ['cores', 'busy', 'lose', 'network', 'json'] as const;

/**
 * Prints what a mix of requests needs, or how many workers a rate needs by the scaling curve of a result.
 * @returns the exit status: 1 if no number of workers reaches the rate, 2 for wrong arguments
 */
export function runPlan(args: string[], folders: readonly string[] = [OWN_FOLDER, KEPT_FOLDER]): number {
  return printAnswer(commands.plan, args, ({ values }) => {
    const { rps, scenario, mix, file: given } = values;
    if (mix !== undefined || values.kinds || values['print-constants']) {
      if (scenario !== undefined) throw new SavedResultsError('Give either --mix or --scenario.');
      return { text: planFleetFor(values), status: 0 };
    }
    const alone = ONLY_MIX.find((name) => values[name] !== undefined);
    if (alone) throw new SavedResultsError(`--${alone} needs --mix.`);
    const file = given && fromCaller(given);
    const rate = Number(rps);
    if (!(rate > 0 && Number.isFinite(rate)))
      throw new SavedResultsError('--rps needs a number above 0, such as 5000.');
    const found = file ? { file, results: readResults(file) } : findNewest(folders, hasFit);
    if (!found || !hasFit(found.results)) {
      const what = file ? `${file} has no` : 'No result has a';
      throw new SavedResultsError(`${what} scaling curve; a complete \`npm run bench\` measures one.`);
    }
    return plan(found, rate, scenario);
  });
}

const fittedOf = ({ curves }: BenchResults) =>
  curves.filter((curve): curve is Fitted => curve.fit !== undefined);
const hasFit = (results: BenchResults): boolean => fittedOf(results).length > 0;

function plan({ file, results }: { file: string; results: BenchResults }, rate: number, scenario?: string) {
  const curves = fittedOf(results);
  const curve = curves.find((one) => one.scenario === scenario);
  if (!curve) {
    const names = curves.map((one) => one.scenario).join(', ');
    const what = scenario === undefined ? '--scenario is needed' : `--scenario ${scenario} is unknown`;
    throw new SavedResultsError(`${what}: ${path.basename(file)} has curves of ${names}.`);
  }
  const { law, origin } = withWholeCores(results, curve);
  const least = workersFor(law, rate);
  const wanted = workersFor(law, rate / LOAD);
  const text = [
    `${nameOfScenario(curve.scenario)} at ${formatNumber(rate)}/s: ${judge(law, rate, least, wanted)}`,
    '',
    ...(least === undefined ? [] : [formatSteps(law, rate, least, wanted ?? least), '']),
    ...assumptions(results, file, curve, origin, wanted ?? least),
  ];
  return { text: text.join('\n'), status: least === undefined ? 1 : 0 };
}

/** Takes the shape from the curve, and the throughput of one worker from a worker with a core of its own. */
function withWholeCores(results: BenchResults, { scenario, fit, quotaCores }: Fitted) {
  const measured = spreadOf(pairOf(results, scenario).one, perSecondOf);
  const isMeasured = Number.isFinite(measured.median);
  const lambda = isMeasured ? measured.median : fit.lambda / quotaCores;
  const origin = isMeasured
    ? `${formatSpread(measured)}/s, measured in the same bench`
    : `${formatNumber(lambda)}/s, calculated from ${quotaCores} of a core`;
  return { law: { ...fit, lambda }, origin: `one worker with a core of its own: ${origin}` };
}

function judge(law: UslFit, rate: number, least?: number, wanted?: number): string {
  const most = formatNumber(bestThroughput(law));
  if (least === undefined) {
    const best = bestWorkers(law);
    const by = Number.isFinite(best)
      ? `with ${formatNumber(best)} workers`
      : 'approached by ever more workers';
    return `no number of workers reaches it by this fit; the most is ${most}/s, ${by}.`;
  }
  if (wanted === undefined)
    return `${formatCount(least, 'worker')} just reach it, but not at ${formatPercent(LOAD)} load: the most is ${most}/s.`;
  const load = formatPercent(rate / throughputAt(law, wanted));
  return `${formatCount(wanted, 'worker')}, with a core each (${load} load; at least 30 % stay free).`;
}

function formatSteps(law: UslFit, rate: number, least: number, wanted: number): string {
  const counts = [...new Set([Math.max(1, least - 1), least, wanted, wanted + 1])];
  return formatTable(
    makeTable(counts, [
      ['workers', String],
      ['requests/s', (workers) => formatNumber(throughputAt(law, workers))],
      ['load', (workers) => formatPercent(rate / throughputAt(law, workers))],
    ]),
  );
}

function assumptions(
  { machine, startedAt }: BenchResults,
  file: string,
  { points, quotaCores, fit: { sigma, kappa, r2 } }: Fitted,
  origin: string,
  needed = 0,
): string[] {
  const most = Math.max(...points.map(({ workers }) => workers));
  const hasErrors = points.some(({ errors }) => Object.keys(errors).length > 0);
  return [
    `From ${forCaller(file)}, ${startedAt.slice(0, 10)}:`,
    `  ${machine.cpu}, ${formatCount(machine.cores, 'core')}`,
    `  ${origin}`,
    `  the curve: ${points.length} points, 1 to ${most} workers at ${quotaCores} of a core each,`,
    `  σ ${sigma.toFixed(4)}, κ ${kappa.toFixed(5)}, R² ${r2.toFixed(3)}`,
    'This assumes that workers with whole cores slow each other as those at the quota',
    'do, all on one host, and that MongoDB, Redis and NGINX keep up.',
    ...(hasErrors ? ['The curve had errors: measure it again.'] : []),
    ...(needed > most ? [`More than ${most} workers were not measured: this goes beyond the curve.`] : []),
  ];
}
