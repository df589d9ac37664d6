import { median, spread, type Spread } from '../figures/statistics';
import type { BenchResults, RawLimit, Run, Series, Setup } from '../store/result-types';

/** Scenarios with a section of their own, which show something else than throughput. */
const OWN_SECTION = ['reads-in-storm', 'reload-under-load', 'slowed-worker', 'memory'];

type FigureOf = (run: Run) => number | undefined;

export const perSecondOf: FigureOf = ({ perSecond }) => perSecond;
export const meanOf: FigureOf = ({ meanMs }) => meanMs;
export const p50Of: FigureOf = ({ p50Ms }) => p50Ms;
export const p99Of: FigureOf = ({ p99Ms }) => p99Ms;

const valuesOf = (series: Series | undefined, figureOf: FigureOf): number[] =>
  (series?.runs ?? []).map(figureOf).filter((value) => value !== undefined);

/** Over the rounds; NaN where the figure is in none. */
export const spreadOf = (series: Series | undefined, figureOf: FigureOf): Spread =>
  spread(valuesOf(series, figureOf));
export const middleOf = (series: Series | undefined, figureOf: FigureOf): number =>
  median(valuesOf(series, figureOf));

/** As the API normally runs, if maybe without its cache or under another balancing. */
const isWhole = ({ hashThreads, quotaCores, slowedWorker }: Setup): boolean =>
  hashThreads > 0 && quotaCores === undefined && slowedWorker === undefined;

/** The less, the more usual; a scenario may be measured without the cache alone. */
const strangeness = ({ cache, hashThreads, balancing }: Setup): number =>
  (cache ? 0 : 1_000) + hashThreads + (balancing === 'round-robin' ? 0 : 0.5);

/** The same scenario with one worker and with the most there were. */
export interface Pair {
  scenario: string;
  part?: string;
  one?: Series;
  many?: Series;
}

export function pairOf({ series }: Pick<BenchResults, 'series'>, scenario: string, part?: string): Pair {
  const whole = series
    .filter((other) => other.scenario === scenario && other.part === part && isWhole(other.setup))
    .sort((a, b) => strangeness(a.setup) - strangeness(b.setup));
  // One side without the cache would be compared with another thing.
  const plain = whole.filter(({ setup }) => setup.cache === whole[0]?.setup.cache);
  const most = Math.max(...plain.map(({ setup }) => setup.workers));
  const withWorkers = (count: number) => plain.find(({ setup }) => setup.workers === count);
  return { scenario, part, one: withWorkers(1), many: most > 1 ? withWorkers(most) : undefined };
}

/** Of all scenarios that ask as fast as answers come. */
export function throughputPairs(results: Pick<BenchResults, 'series'>): Pair[] {
  const asked = results.series.filter(
    ({ scenario, load, setup }) => 'connections' in load && !OWN_SECTION.includes(scenario) && isWhole(setup),
  );
  const keys = new Map(asked.map((one) => [`${one.scenario}\n${one.part}`, one]));
  return [...keys.values()].map(({ scenario, part }) => pairOf(results, scenario, part));
}

/** The most workers that a series had without a quota; 1 where there was no cluster. */
export const clusterSize = (results: Pick<BenchResults, 'series'>): number =>
  Math.max(1, ...throughputPairs(results).flatMap(({ many }) => many?.setup.workers ?? []));

const RAW_LIMITS: Record<string, RawLimit['name']> = {
  'cached-read': 'express',
  'uncached-read': 'express',
  create: 'express',
  mixed: 'express',
  'sign-up': 'hash',
  'log-in': 'hash',
  list: 'express-list',
  'conditional-read': 'express-not-modified',
};

/** That of as many processes as the setup has workers, or of as many threads as it hashes in. */
export function findRaw(raw: RawLimit[], name: RawLimit['name'], setup: Setup): RawLimit | undefined {
  const parallel = name === 'hash' ? setup.workers * Math.max(1, setup.hashThreads) : setup.workers;
  return raw.find((limit) => limit.name === name && limit.parallel === parallel);
}

/** What this series is held against. Undefined where nothing alike was measured. */
export function rawLimitOf(
  { raw }: Pick<BenchResults, 'raw'>,
  { scenario, setup }: Series,
): RawLimit | undefined {
  const name = RAW_LIMITS[scenario];
  return name && findRaw(raw, name, setup);
}

/** Of medians, from 0 to 1; NaN where the limit wasn't measured. */
export function shareOfRaw(results: Pick<BenchResults, 'raw'>, series: Series | undefined): number {
  const limit = series && rawLimitOf(results, series);
  return middleOf(series, perSecondOf) / median(limit?.perSecond ?? []);
}
