import { LOAD_GENERATOR } from '../figures/cpu-time';
import { median, sum } from '../figures/statistics';
import { nameOfRaw, nameOfSeries } from '../reports/names';
import { findRaw, p99Of, perSecondOf, valuesOf, type FigureOf } from '../reports/select';
import type { BenchResults, RawLimit, Run, Series } from '../store/result-types';
import { compareRounds, type Change } from './change';

interface ComparedFigure {
  figure: string;
  /** Change of the measured figure. */
  absolute: Change;
  /** Change in units of the raw limit of the same bench; `undefined` if one of the two has no limit. */
  relative?: Change;
  /** The change that shows a change of the code; `undefined` if neither does. */
  judged?: Change;
}

export interface Comparison {
  series: { name: string; figures: ComparedFigure[] }[];
  /** Changes of the host: shown, but not judged. */
  raw: { name: string; change: Change }[];
  onlyBefore: string[];
  onlyAfter: string[];
  sameMachine: boolean;
}

const FIGURES: { figure: string; figureOf: FigureOf; moreIsBetter: boolean }[] = [
  { figure: 'requests/s', figureOf: perSecondOf, moreIsBetter: true },
  { figure: 'p99 ms', figureOf: p99Of, moreIsBetter: false },
  { figure: 'CPU µs', figureOf: totalMicros, moreIsBetter: false },
];

const keyOf = (series: Series): string => {
  const { load } = series;
  const rate = 'perSecond' in load ? ` at ${load.perSecond}/s` : `, ${load.connections} connections`;
  return nameOfSeries(series) + rate;
};

export function compareResults(before: BenchResults, after: BenchResults): Comparison {
  const sameMachine = describe(before) === describe(after);
  const [was, is] = [before.series.map(keyOf), after.series.map(keyOf)];
  return {
    sameMachine,
    series: before.series.flatMap((old) => {
      const now = after.series.find((one) => keyOf(one) === keyOf(old));
      if (!now) return [];
      const levels: Levels = [levelOf(before, old), levelOf(after, now)];
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

/** Describes what decides how fast the same code is. */
const describe = ({ machine }: BenchResults): string =>
  [machine.cpu, machine.cores, machine.node, machine.bcryptCost].join();

/** Returns how fast the host was in each round: hashes for scenarios that hash, bare Express for all others. */
function levelOf({ raw }: BenchResults, { scenario, setup }: Series): RawLimit | undefined {
  const hashes = ['sign-up', 'log-in'].includes(scenario);
  return findRaw(raw, hashes ? 'hash' : 'express', setup);
}

type Levels = readonly [RawLimit | undefined, RawLimit | undefined];

function compareSeries(
  before: Series,
  after: Series,
  [oldLevel, newLevel]: Levels,
  sameMachine: boolean,
): ComparedFigure[] {
  // The throughput of a fixed rate is the rate.
  const isFixed = 'perSecond' in before.load;
  return FIGURES.filter(({ figureOf }) => !(isFixed && figureOf === perSecondOf)).flatMap(
    ({ figure, figureOf, moreIsBetter }) => {
      const [old, now] = [valuesOf(before, figureOf), valuesOf(after, figureOf)];
      if (old.length === 0 || now.length === 0) return [];
      const absolute = compareRounds(old, now, moreIsBetter);
      const relative =
        oldLevel && newLevel
          ? compareRounds(
              scale(old, oldLevel, moreIsBetter),
              scale(now, newLevel, moreIsBetter),
              moreIsBetter,
            )
          : undefined;
      return [{ figure, absolute, relative, judged: relative ?? (sameMachine ? absolute : undefined) }];
    },
  );
}

/** Divides a rate by the level of its own round, and multiplies a time: both then have no unit of time. */
function scale(values: number[], { perSecond }: RawLimit, isRate: boolean): number[] {
  const level = (round: number) =>
    perSecond.length === values.length ? (perSecond[round] ?? NaN) : median(perSecond);
  return values.map((value, round) => (isRate ? value / level(round) : value * level(round)));
}

function totalMicros({ cpuMicrosPerRequest }: Run): number | undefined {
  if (!cpuMicrosPerRequest) return undefined;
  const own = Object.entries(cpuMicrosPerRequest).filter(([name]) => name !== LOAD_GENERATOR);
  return sum(own.map(([, micros]) => micros));
}
