import { LOAD_GENERATOR } from '../figures/cpu-time';
import { median } from '../figures/statistics';
import { nameOf, nameOfRaw, nameOfSetup } from '../reports/names';
import { findRaw } from '../reports/select';
import type { BenchResults, RawLimit, Run, Series } from '../store/result-types';
import { compareRounds, type Change } from './change';

export interface ComparedFigure {
  figure: 'requests/s' | 'p99 ms' | 'CPU µs';
  /** As measured. */
  absolute: Change;
  /** In units of the raw limit of the same bench; undefined where one of the two has none. */
  relative?: Change;
  /** Whichever of the two tells about the code: undefined where neither does. */
  judged?: Change;
}

export interface Comparison {
  series: { name: string; figures: ComparedFigure[] }[];
  /** Of the machine, so they are shown and not judged. */
  raw: { name: string; change: Change }[];
  /** What only one of the two has. */
  onlyBefore: string[];
  onlyAfter: string[];
  sameMachine: boolean;
}

export const keyOf = ({ load, ...series }: Series): string => {
  const rate = 'perSecond' in load ? ` at ${load.perSecond}/s` : `, ${load.connections} connections`;
  return `${nameOf(series)}, ${nameOfSetup(series.setup)}${rate}`;
};

export function compareResults(before: BenchResults, after: BenchResults): Comparison {
  const sameMachine = describe(before) === describe(after);
  const names = (results: BenchResults) => results.series.map(keyOf);
  const [was, is] = [names(before), names(after)];
  return {
    sameMachine,
    series: before.series.flatMap((old) => {
      const now = after.series.find((one) => keyOf(one) === keyOf(old));
      if (!now) return [];
      const levels = [levelOf(before, old), levelOf(after, now)] as const;
      const figures = compareSeries(old, now, levels, sameMachine);
      return figures.length > 0 ? [{ name: keyOf(old), figures }] : [];
    }),
    raw: before.raw.flatMap((old) => {
      const now = after.raw.find((one) => one.name === old.name && one.parallel === old.parallel);
      return now ? [{ name: nameOfRaw(old), change: compareRounds(old.perSecond, now.perSecond, true) }] : [];
    }),
    onlyBefore: was.filter((name) => !is.includes(name)),
    onlyAfter: is.filter((name) => !was.includes(name)),
  };
}

/** What decides how fast the same code is. */
const describe = ({ machine }: BenchResults): string =>
  [machine.cpu, machine.cores, machine.node, machine.bcryptCost].join();

/** How fast the machine was, round by round: hashes where the scenario hashes, bare Express for all others. */
function levelOf({ raw }: BenchResults, { scenario, setup }: Series): RawLimit | undefined {
  const hashes = ['sign-up', 'log-in'].includes(scenario);
  return findRaw(raw, hashes ? 'hash' : 'express', setup);
}

type Levels = readonly [RawLimit | undefined, RawLimit | undefined];

function compareSeries(
  before: Series,
  after: Series,
  levels: Levels,
  sameMachine: boolean,
): ComparedFigure[] {
  const compare = (
    figure: ComparedFigure['figure'],
    figureOf: (run: Run) => number | undefined,
    moreIsBetter: boolean,
  ): ComparedFigure[] => {
    const values = ({ runs }: Series) => runs.map(figureOf).filter((value) => value !== undefined);
    const [old, now] = [values(before), values(after)];
    if (old.length === 0 || now.length === 0) return [];
    const absolute = compareRounds(old, now, moreIsBetter);
    const [oldLevel, nowLevel] = levels;
    const relative =
      oldLevel && nowLevel
        ? compareRounds(scale(old, oldLevel, moreIsBetter), scale(now, nowLevel, moreIsBetter), moreIsBetter)
        : undefined;
    return [{ figure, absolute, relative, judged: relative ?? (sameMachine ? absolute : undefined) }];
  };
  // A held rate is what was asked for, and says nothing.
  const isHeld = 'perSecond' in before.load;
  return [
    ...(isHeld ? [] : compare('requests/s', ({ perSecond }) => perSecond, true)),
    ...compare('p99 ms', ({ p99Ms }) => p99Ms, false),
    ...compare('CPU µs', totalMicros, false),
  ];
}

/** A rate is divided by the level of its own round, a time multiplied: both then have no unit of time. */
function scale(values: number[], { perSecond }: RawLimit, isRate: boolean): number[] {
  const level = (round: number) =>
    perSecond.length === values.length ? (perSecond[round] ?? NaN) : median(perSecond);
  return values.map((value, round) => (isRate ? value / level(round) : value * level(round)));
}

function totalMicros({ cpuMicrosPerRequest }: Run): number | undefined {
  if (!cpuMicrosPerRequest) return undefined;
  const own = Object.entries(cpuMicrosPerRequest).filter(([name]) => name !== LOAD_GENERATOR);
  return own.reduce((sum, [, micros]) => sum + micros, 0);
}
