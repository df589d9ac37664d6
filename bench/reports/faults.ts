import { ERROR_MARK } from '../../tools/report/section';
import { OTHERS, STOLEN } from '../figures/cpu-time';
import { formatSeries } from '../scenarios/format-run';
import type { BenchResults, RawLimit, Run, Series } from '../store/result-types';
import { formatCount, formatNumber } from './format';
import { nameOf, nameOfRaw, nameOfScenario, nameOfSeries } from './names';
import { rawLimitOf, throughputPairs } from './select';

type Judged = Pick<BenchResults, 'series' | 'raw' | 'curves'>;

const DISTURBED_MARK = ' ~';
/** Cores; if other programs used more, the figures are less certain. */
const DISTURBING = 0.1;

const hasErrors = ({ errors = {} }: Pick<RawLimit, 'errors'>): boolean => Object.keys(errors).length > 0;
const disturbanceOf = ({ cpu }: Run): number => (cpu?.[OTHERS] ?? 0) + (cpu?.[STOLEN] ?? 0);

export const isDisturbed = ({ runs }: Pick<Series, 'runs'>): boolean =>
  runs.some((run) => disturbanceOf(run) > DISTURBING);

/** Returns a line for each error of a run. */
export function findFaults({ series, raw, curves }: Judged): string[] {
  const lines = (where: string, errors: Record<string, number> = {}) =>
    Object.entries(errors).map(([what, count]) => `${where}: ${count} × ${what}`);
  return [
    ...series.flatMap((one) =>
      one.runs.flatMap(({ errors }, index) => lines(`${formatSeries(one)}, round ${index + 1}`, errors)),
    ),
    ...raw.flatMap(({ name, parallel, errors }) => lines(`raw limit ${name} × ${parallel}`, errors)),
    ...curves.flatMap(({ scenario, points }) =>
      points.flatMap(({ workers, errors }) => lines(`scaling of ${scenario}, ${workers} workers`, errors)),
    ),
  ];
}

/** Returns the names of the figures that errors affect, with those that are calculated from them. */
function findAffected(results: Judged): string[] {
  const { series, raw, curves } = results;
  return [
    ...series.filter(({ runs }) => runs.some(hasErrors)).map(nameOfSeries),
    ...raw.filter(hasErrors).map((limit) => {
      const compared = throughputPairs(results)
        .filter(({ one, many }) => [one, many].some((side) => rawLimitOf(results, side) === limit))
        .map(nameOf);
      return (
        nameOfRaw(limit) + (compared.length > 0 ? ` (and the shares of it: ${compared.join(', ')})` : '')
      );
    }),
    ...curves.flatMap(({ scenario, points }) => {
      const workers = points.filter(hasErrors).map((point) => point.workers);
      if (workers.length === 0) return [];
      return [`scaling curve of ${nameOfScenario(scenario)}, ${workers.join(', ')} workers`];
    }),
  ];
}

/** Names the figures that errors affect; `undefined` if there were no errors. */
export function formatWarning(results: BenchResults): string | undefined {
  const { faults } = results;
  if (faults.length === 0) return undefined;
  const affected = findAffected(results);
  const known = findFaults(results).length;
  const failed = faults.length > known ? [formatCount(faults.length - known, 'failed measurement')] : [];
  return `Errors occurred; do not rely on: ${[...affected, ...failed].join('; ')}. All other figures are unaffected.`;
}

/** Returns a line for each series during which other programs or the hypervisor used a part of the cores. */
export const findDisturbances = ({ series }: Pick<BenchResults, 'series'>): string[] =>
  series
    .filter(isDisturbed)
    .map(
      (one) => `${nameOfSeries(one)}: up to ${formatNumber(Math.max(...one.runs.map(disturbanceOf)))} cores`,
    );

/** Returns the mark that ends a row's name. */
export function markOf(
  ...measured: (Series | RawLimit | { errors: Record<string, number> } | undefined)[]
): string {
  const all = measured.filter((one) => one !== undefined);
  if (all.some((one) => ('runs' in one ? one.runs.some(hasErrors) : hasErrors(one)))) return ERROR_MARK;
  return all.some((one) => 'runs' in one && isDisturbed(one)) ? DISTURBED_MARK : '';
}

/** Explains the marks in these names. */
export const explainMarks = (names: string[]): string[] =>
  Object.entries({
    [ERROR_MARK]: '⚠ Errors occurred in a run of this row: do not rely on its figures.',
    [DISTURBED_MARK]: '~ Other programs used more than a tenth of a core meanwhile.',
  }).flatMap(([mark, text]) => (names.some((name) => name.endsWith(mark)) ? [text] : []));
