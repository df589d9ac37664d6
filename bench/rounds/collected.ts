import { unitOf, type RawRun } from '../raw/limits';
import type { RawLimit, Run, Series } from '../store/result-types';
import { setupKey } from './setups';

type Named = Omit<Series, 'runs'>;

const keyOf = ({ scenario, part, setup, load }: Named) =>
  JSON.stringify([scenario, part, setupKey(setup), load]);

/** Puts together what belongs together: the rounds of each series and of each raw limit. */
export function createCollected() {
  const series = new Map<string, Series>();
  const raw = new Map<string, RawLimit>();
  const skipped = new Set<string>();
  const failed: string[] = [];

  function addRun(named: Named, run: Run): void {
    const known = series.get(keyOf(named)) ?? { ...named, runs: [] };
    known.runs.push(run);
    series.set(keyOf(named), known);
  }

  return {
    addRun,
    addSeries(more: Series[]): void {
      for (const { runs, ...named } of more) runs.forEach((run) => addRun(named, run));
    },
    addRaw(
      name: RawLimit['name'],
      parallel: number,
      { perSecond, cpuMicrosPerRequest, errors }: RawRun,
    ): void {
      const key = `${name} ${parallel}`;
      const limit: RawLimit = raw.get(key) ?? { name, unit: unitOf(name), parallel, perSecond: [] };
      limit.perSecond.push(perSecond);
      if (cpuMicrosPerRequest) (limit.cpuMicrosPerRequest ??= []).push(cpuMicrosPerRequest);
      for (const [what, count] of Object.entries(errors)) {
        limit.errors = { ...limit.errors, [what]: (limit.errors?.[what] ?? 0) + count };
      }
      raw.set(key, limit);
    },
    /** Once, however many rounds leave it out. */
    skip(why: string): void {
      skipped.add(why);
    },
    /** What was begun and did not come to its end. */
    fail: (name: string, why: string) => void failed.push(`${name}: ${why}`),
    results: () => ({ series: [...series.values()], raw: [...raw.values()], skipped: [...skipped], failed }),
  };
}
