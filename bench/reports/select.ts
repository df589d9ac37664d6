import { median, spread, type Spread } from '../figures/statistics';
import type { BenchResults, Figure, RawLimit, Run, Series, Setup } from '../store/result-types';

/** Scenarios whose sections show something else than throughput. */
const OWN_SECTION = ['reads-in-storm', 'reload-under-load', 'slowed-worker', 'memory'];
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

export type FigureOf = (run: Run) => number | undefined;

export const perSecondOf: FigureOf = ({ perSecond }) => perSecond;
export const meanOf: FigureOf = ({ meanMs }) => meanMs;
export const p50Of: FigureOf = ({ p50Ms }) => p50Ms;
export const p99Of: FigureOf = ({ p99Ms }) => p99Ms;
export const figureOf =
  (figure: Figure): FigureOf =>
  ({ figures }) =>
    figures[figure];

/** Returns the values of all rounds that have the figure. */
export const valuesOf = (series: Series | undefined, figure: FigureOf): number[] =>
  (series?.runs ?? []).map(figure).filter((value) => value !== undefined);
/** The median is NaN if no round has the figure. */
export const spreadOf = (series: Series | undefined, figure: FigureOf): Spread =>
  spread(valuesOf(series, figure));
export const middleOf = (series: Series | undefined, figure: FigureOf): number =>
  median(valuesOf(series, figure));

/** One scenario with one worker and with the largest number of workers. */
export interface Pair {
  scenario: string;
  part?: string;
  one?: Series;
  many?: Series;
}

/** True if the API runs as usual, except for its cache and the balancing. */
const isWhole = ({ hashThreads, quotaCores, slowedWorker }: Setup): boolean =>
  hashThreads > 0 && quotaCores === undefined && slowedWorker === undefined;

/** Lower is more usual; a scenario may be measured without the cache only. */
const strangeness = ({ cache, hashThreads, balancing }: Setup): number =>
  (cache ? 0 : 1_000) + hashThreads + (balancing === 'round-robin' ? 0 : 0.5);

export function pairOf({ series }: Pick<BenchResults, 'series'>, scenario: string, part?: string): Pair {
  const whole = series
    .filter((other) => other.scenario === scenario && other.part === part && isWhole(other.setup))
    .sort((a, b) => strangeness(a.setup) - strangeness(b.setup));
  // Both sides must have the cache or none.
  const alike = whole.filter(({ setup }) => setup.cache === whole[0]?.setup.cache);
  const most = Math.max(...alike.map(({ setup }) => setup.workers));
  const withWorkers = (count: number) => alike.find(({ setup }) => setup.workers === count);
  return { scenario, part, one: withWorkers(1), many: most > 1 ? withWorkers(most) : undefined };
}

/** Returns the pairs of all scenarios that are sent as fast as answers come. */
export function throughputPairs(results: Pick<BenchResults, 'series'>): Pair[] {
  const sent = results.series.filter(
    ({ scenario, load, setup }) => 'connections' in load && !OWN_SECTION.includes(scenario) && isWhole(setup),
  );
  const keys = new Map(sent.map((one) => [`${one.scenario}\n${one.part}`, one]));
  return [...keys.values()].map(({ scenario, part }) => pairOf(results, scenario, part));
}

/** Returns the number of workers of the cluster; 1 if no cluster was measured. */
export const clusterSize = (results: Pick<BenchResults, 'series'>): number =>
  Math.max(1, ...throughputPairs(results).flatMap(({ many }) => many?.setup.workers ?? []));

/** Finds the limit of as many processes as the setup has workers, or of as many threads as it hashes with. */
export function findRaw(raw: RawLimit[], name: RawLimit['name'], setup: Setup): RawLimit | undefined {
  const parallel = name === 'hash' ? setup.workers * Math.max(1, setup.hashThreads) : setup.workers;
  return raw.find((limit) => limit.name === name && limit.parallel === parallel);
}

/** Returns the limit that a series is compared with; `undefined` if it was not measured. */
export function rawLimitOf({ raw }: Pick<BenchResults, 'raw'>, series?: Series): RawLimit | undefined {
  const name = series && RAW_LIMITS[series.scenario];
  return name && findRaw(raw, name, series.setup);
}

/** Returns the share of the limit by medians, from 0 to 1; NaN if the limit was not measured. */
export const shareOfRaw = (results: Pick<BenchResults, 'raw'>, series?: Series): number =>
  middleOf(series, perSecondOf) / median(rawLimitOf(results, series)?.perSecond ?? []);
