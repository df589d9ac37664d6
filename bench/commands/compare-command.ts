import { commands } from '../../tools/command/bench-commands';
import { fromCaller } from '../../src/command-line/convention';
import { formatTable } from '../../tools/report/markdown';
import { chanceOfApart, LEAST_ROUNDS, type Change } from '../compare/change';
import { compareResults, type Comparison } from '../compare/compare-results';
import { formatWarning } from '../reports/faults';
import { formatNumber } from '../reports/format';
import { makeTable } from '../reports/sections/section';
import { readResults, SavedResultsError } from '../store/read-results';
import type { BenchResults } from '../store/result-types';
import { printAnswer } from './print-answer';

/** @returns the exit status: 1 if something is worse beyond the noise, 2 if nothing can be compared */
export function runCompare(args: string[]): number {
  return printAnswer(commands.compare, args, ({ positionals: [first, second] }) => {
    if (!first || !second) throw new SavedResultsError('Two results are needed.');
    const [before, after] = [readResults(fromCaller(first)), readResults(fromCaller(second))];
    const comparison = compareResults(before, after);
    if (comparison.series.length + comparison.raw.length === 0)
      throw new SavedResultsError('These two results have nothing in common.');
    const isJudged = changesOf(comparison).some(({ judged }) => judged?.verdict);
    const worse = listChanges(comparison, 'worse');
    const summary = isJudged
      ? [
          ...listChanges(comparison, 'better'),
          ...(worse.length > 0 ? worse : ['Nothing is worse beyond the noise.']),
        ].join('\n')
      : 'Nothing can be judged: there are too few rounds or no common figures.';
    return {
      text: `${format(comparison, before, after)}\n\n${summary}`,
      status: !isJudged ? 2 : worse.length > 0 ? 1 : 0,
    };
  });
}

const changesOf = ({ series }: Comparison) =>
  series.flatMap(({ name, figures }) => figures.map((figure) => ({ name, ...figure })));

function listChanges(comparison: Comparison, verdict: 'better' | 'worse'): string[] {
  const changes = changesOf(comparison).filter(({ judged }) => judged?.verdict === verdict);
  const lines = changes.map(({ name, figure, judged }) => `  ${name}: ${figure} ${formatChange(judged)}`);
  const title = verdict === 'better' ? 'Better' : 'Worse';
  return lines.length > 0 ? [`${title} beyond the noise:`, ...lines] : [];
}

function format(comparison: Comparison, before: BenchResults, after: BenchResults): string {
  const { series, raw, onlyBefore, onlyAfter, sameMachine } = comparison;
  const describe = ({ machine: { cpu, cores, node, bcryptCost }, startedAt }: BenchResults) =>
    `${startedAt.slice(0, 16).replace('T', ' ')}  ${cpu}, ${cores} cores, Node ${node}, bcrypt cost ${bcryptCost}`;
  const warn = (which: string, results: BenchResults) => {
    const warning = formatWarning(results);
    return warning ? [`${which}: ${warning}`] : [];
  };
  return [
    `before  ${describe(before)}\nafter   ${describe(after)}`,
    ...(sameMachine ? [] : ['Different machines: only figures relative to the raw limits are judged.']),
    ...warn('before', before),
    ...warn('after', after),
    ...series.map(formatSeries),
    ...(raw.length > 0 ? [formatRaw(raw)] : []),
    ...formatMissing('before', onlyBefore),
    ...formatMissing('after', onlyAfter),
    explain(before, after),
  ].join('\n\n');
}

const formatSeries = ({ name, figures }: Comparison['series'][number]): string =>
  `${name}\n${formatTable(
    makeTable(figures, [
      ['', ({ figure }) => figure],
      ['before', ({ absolute }) => formatNumber(absolute.from)],
      ['after', ({ absolute }) => formatNumber(absolute.to)],
      ['change', ({ absolute }) => formatChange(absolute)],
      ['relative', ({ relative }) => formatChange(relative)],
      ['', ({ judged }) => (judged ? (judged.verdict ?? 'too few rounds') : 'not judged')],
    ]),
  )}`;

const formatRaw = (raw: Comparison['raw']): string =>
  formatTable(
    makeTable(raw, [
      ['raw limits, per second', ({ name }) => name],
      ['before', ({ change }) => formatNumber(change.from)],
      ['after', ({ change }) => formatNumber(change.to)],
      ['change', ({ change }) => formatChange(change)],
    ]),
  );

const formatChange = ({ share }: Partial<Change> = {}): string =>
  share !== undefined && Number.isFinite(share)
    ? `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(1)} %`
    : '–';

const formatMissing = (which: string, names: string[]): string[] =>
  names.length > 0 ? [[`Only ${which}:`, ...names].join('\n  ')] : [];

function explain(before: BenchResults, after: BenchResults): string {
  const [a, b] = [before.options.rounds, after.options.rounds];
  const chance = `${(chanceOfApart(a, b) * 100).toFixed(1)} %`;
  return [
    '"relative": in units of the raw limit of the same bench (hashes/s or bare',
    'Express), since the speed of a machine varies. It is judged if both results have',
    'it. Better or worse: the median moved by more than 5 % and the ranges of the',
    `rounds do not overlap, with at least ${LEAST_ROUNDS} rounds each. By chance alone the ranges`,
    `of ${a} and ${b} rounds lie apart ${chance} of the time, for each figure.`,
  ].join('\n');
}
