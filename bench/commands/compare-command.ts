import { commands } from '../../scripts/command/bench-commands';
import { fromCaller } from '../../src/command-line/convention';
import { chanceOfApart, LEAST_ROUNDS, type Change } from '../compare/change';
import { compareResults, type Comparison } from '../compare/compare-results';
import { formatNumber, formatTable } from '../reports/format';
import { readResults, SavedResultsError } from '../store/read-results';
import type { BenchResults } from '../store/result-types';
import { printAnswer } from './command-output';

/** @returns the exit status: 1 if something is worse beyond the noise, 2 if nothing can be compared */
export function runCompare(args: string[]): number {
  return printAnswer(commands.compare, args, ({ positionals: [before, after] }) => {
    if (!before || !after) throw new SavedResultsError('Two results are needed.');
    const results = [readResults(fromCaller(before)), readResults(fromCaller(after))] as const;
    const comparison = compareResults(...results);
    if (comparison.series.length + comparison.raw.length === 0) {
      throw new SavedResultsError('These two have nothing in common.');
    }
    const status = !isJudged(comparison) ? 2 : findWorse(comparison).length > 0 ? 1 : 0;
    return { text: format(comparison, results), status };
  });
}

const changesOf = ({ series }: Comparison) =>
  series.flatMap(({ name, figures }) => figures.map((figure) => ({ name, ...figure })));

const findWorse = (comparison: Comparison) =>
  changesOf(comparison).filter(({ judged }) => judged?.verdict === 'worse');

const isJudged = (comparison: Comparison) => changesOf(comparison).some(({ judged }) => judged?.verdict);

function format(comparison: Comparison, [before, after]: readonly [BenchResults, BenchResults]): string {
  const { series, raw, onlyBefore, onlyAfter, sameMachine } = comparison;
  const machine = ({ machine: { cpu, cores, node, bcryptCost }, startedAt }: BenchResults) =>
    `${startedAt.slice(0, 16).replace('T', ' ')}  ${cpu}, ${cores} cores, Node ${node}, bcrypt cost ${bcryptCost}`;
  return [
    `before  ${machine(before)}\nafter   ${machine(after)}`,
    ...(sameMachine ? [] : ['Different machines: only what is relative to the raw limits is judged.']),
    ...[before, after].flatMap(({ faults }, index) =>
      faults.length > 0
        ? [`${index === 0 ? 'before' : 'after'}: runs had errors, so it proves nothing.`]
        : [],
    ),
    ...series.map(formatSeries),
    ...(raw.length > 0 ? [formatRaw(raw)] : []),
    ...formatMissing('before', onlyBefore),
    ...formatMissing('after', onlyAfter),
    explain(before, after),
    summarise(comparison),
  ].join('\n\n');
}

const formatSeries = ({ name, figures }: Comparison['series'][number]): string =>
  `${name}\n${formatTable([
    ['', 'before', 'after', 'change', 'relative', ''],
    ...figures.map(({ figure, absolute, relative, judged }) => [
      figure,
      formatNumber(absolute.from),
      formatNumber(absolute.to),
      formatChange(absolute),
      relative ? formatChange(relative) : '–',
      judged ? (judged.verdict ?? 'too few rounds') : 'not judged',
    ]),
  ])}`;

const formatRaw = (raw: Comparison['raw']): string =>
  formatTable([
    ['raw limits, a second', 'before', 'after', 'change'],
    ...raw.map(({ name, change }) => [
      name,
      formatNumber(change.from),
      formatNumber(change.to),
      formatChange(change),
    ]),
  ]);

const formatChange = ({ share }: Change): string =>
  Number.isFinite(share) ? `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(1)} %` : '–';

const formatMissing = (where: string, names: string[]): string[] =>
  names.length > 0 ? [[`Only ${where}:`, ...names].join('\n  ')] : [];

function explain(before: BenchResults, after: BenchResults): string {
  const [a, b] = [before.options.rounds, after.options.rounds];
  const chance = `${(chanceOfApart(a, b) * 100).toFixed(1)} %`;
  return [
    '"relative": in units of the raw limit of the same bench (hashes a second, or',
    'bare Express), since a machine is not as fast every day; it is what is judged,',
    'where both have it. Worse or better: the median moved by more than 5 % and the',
    `ranges of the rounds don't overlap; at least ${LEAST_ROUNDS} rounds each. By chance alone the`,
    `ranges of ${a} and ${b} rounds lie apart ${chance} of the time, each figure by itself.`,
  ].join('\n');
}

function summarise(comparison: Comparison): string {
  const lines = (verdict: 'worse' | 'better') =>
    changesOf(comparison)
      .filter(({ judged }) => judged?.verdict === verdict)
      .map(({ name, figure, judged }) => `  ${name}: ${figure} ${judged ? formatChange(judged) : ''}`);
  if (!isJudged(comparison)) return 'Nothing could be judged: too few rounds, or nothing in common that is.';
  const [worse, better] = [lines('worse'), lines('better')];
  return [
    ...(better.length > 0 ? ['Better beyond the noise:', ...better] : []),
    ...(worse.length > 0 ? ['Worse beyond the noise:', ...worse] : ['Nothing is worse beyond the noise.']),
  ].join('\n');
}
