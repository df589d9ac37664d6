import path from 'node:path';
import { commands } from '../../scripts/command/bench-commands';
import { forCaller, fromCaller } from '../../src/command-line/convention';
import { bestThroughput, bestWorkers, throughputAt, workersFor } from '../curve/usl';
import { formatNumber, formatPercent, formatSpread, formatTable } from '../reports/format';
import { count, nameOfScenario } from '../reports/names';
import { pairOf, perSecondOf, spreadOf } from '../reports/select';
import { RESULT_FOLDERS } from '../store/folders';
import { findNewest, readResults, SavedResultsError } from '../store/read-results';
import type { BenchResults, ScalingCurve, UslFit } from '../store/result-types';
import { printAnswer } from './command-output';

/** Of what the workers can do: near all of it, queues grow without end. */
const LOAD = 0.7;

/** How many workers a rate needs, by the scaling curve. @returns the exit status: 1 where it can't be reached */
export function runPlan(args: string[], folders: readonly string[] = RESULT_FOLDERS): number {
  return printAnswer(commands.plan, args, ({ values: { rps, scenario, file: given } }) => {
    const file = given && fromCaller(given);
    const rate = Number(rps);
    if (!(rate > 0 && Number.isFinite(rate))) {
      throw new SavedResultsError('--rps needs a number above 0, such as 5000.');
    }
    const found = file ? { file, results: readResults(file) } : findNewest(folders, hasFit);
    if (!found || !hasFit(found.results)) {
      const where = file ?? 'No result';
      throw new SavedResultsError(`${where} has no scaling curve: a whole \`npm run bench\` measures one.`);
    }
    return plan(found, rate, scenario);
  });
}

type Fitted = ScalingCurve & { fit: UslFit };
const fittedOf = ({ curves }: BenchResults) =>
  curves.filter((curve): curve is Fitted => curve.fit !== undefined);
const hasFit = (results: BenchResults): boolean => fittedOf(results).length > 0;

function plan({ file, results }: { file: string; results: BenchResults }, rate: number, scenario?: string) {
  const curves = fittedOf(results);
  const curve = curves.find((one) => one.scenario === scenario);
  if (!curve) {
    const names = curves.map((one) => one.scenario).join(', ');
    const what = scenario === undefined ? '--scenario is needed' : `--scenario ${scenario} is unknown`;
    throw new SavedResultsError(`${what}: ${path.basename(file)} has a curve for ${names}.`);
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

/** The curve tells how throughput grows, and a worker with a core of its own how much one does. */
function withWholeCores(results: BenchResults, { scenario, fit, quotaCores }: Fitted) {
  const measured = spreadOf(pairOf(results, scenario).one, perSecondOf);
  if (Number.isFinite(measured.median)) {
    const origin = `one worker with a core of its own: ${formatSpread(measured)}/s, measured in the same bench`;
    return { law: { ...fit, lambda: measured.median }, origin };
  }
  const lambda = fit.lambda / quotaCores;
  const origin = `one worker with a core of its own: ${formatNumber(lambda)}/s, calculated from ${quotaCores} of a core`;
  return { law: { ...fit, lambda }, origin };
}

function judge(law: UslFit, rate: number, least?: number, wanted?: number): string {
  const most = formatNumber(bestThroughput(law));
  if (least === undefined) {
    const best = bestWorkers(law);
    const by = Number.isFinite(best)
      ? `by ${formatNumber(best)} workers`
      : 'which ever more workers come near';
    return `no number of workers reaches it by this fit; the most is ${most}/s, ${by}.`;
  }
  if (wanted === undefined) {
    return (
      `${count(least, 'worker')} reach it just so, ` +
      `but ${formatPercent(LOAD)} load can't be kept: the most is ${most}/s.`
    );
  }
  const load = formatPercent(rate / throughputAt(law, wanted));
  return `${count(wanted, 'worker')}, with a core each (${load} load; at least 30 % are kept free).`;
}

function formatSteps(law: UslFit, rate: number, least: number, wanted: number): string {
  const counts = [...new Set([Math.max(1, least - 1), least, wanted, wanted + 1])];
  const row = (workers: number) => {
    const most = throughputAt(law, workers);
    return [String(workers), formatNumber(most), formatPercent(rate / most)];
  };
  return formatTable([['workers', 'requests/s', 'load'], ...counts.map(row)]);
}

function assumptions(
  { machine, startedAt }: BenchResults,
  file: string,
  { points, quotaCores, fit }: Fitted,
  origin: string,
  needed?: number,
): string[] {
  const most = Math.max(...points.map(({ workers }) => workers));
  const { sigma, kappa, r2 } = fit;
  const lines = [
    `From ${forCaller(file)}, ${startedAt.slice(0, 10)}:`,
    `  ${machine.cpu}, ${count(machine.cores, 'core')}`,
    `  ${origin}`,
    `  the curve: ${points.length} points, 1 to ${most} workers at ${quotaCores} of a core each,`,
    `  σ ${sigma.toFixed(4)}, κ ${kappa.toFixed(5)}, R² ${r2.toFixed(3)}`,
    "It is assumed that workers with whole cores get in each other's way as those at",
    'the quota do, all on one host, and that MongoDB, Redis and NGINX keep up.',
  ];
  if (points.some(({ errors }) => Object.keys(errors).length > 0))
    lines.push('The curve had errors: measure it again.');
  if ((needed ?? 0) > most)
    lines.push(`More than ${most} workers weren't measured: this goes beyond the curve.`);
  return lines;
}
