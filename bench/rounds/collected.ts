import { addError } from '../load/load';
import { unitOf, type RawRun } from '../raw/limits';
import { setupKey } from '../scenarios/setups';
import type { RawLimit, Run, Series } from '../store/result-types';

type Named = Omit<Series, 'runs'>;

const keyOf = ({ scenario, part, setup, load }: Named) =>
  JSON.stringify([scenario, part, setupKey(setup), load]);

/** Collects the rounds of each series and of each raw limit. */
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
    addRaw(name: RawLimit['name'], parallel: number, run: RawRun): void {
      const { perSecond, cpuMicrosPerRequest, errors } = run;
      const key = `${name} ${parallel}`;
      const limit: RawLimit = raw.get(key) ?? { name, unit: unitOf(name), parallel, perSecond: [] };
      limit.perSecond.push(perSecond);
      if (cpuMicrosPerRequest) (limit.cpuMicrosPerRequest ??= []).push(cpuMicrosPerRequest);
      for (const [what, count] of Object.entries(errors)) addError((limit.errors ??= {}), what, count);
      raw.set(key, limit);
    },
    /** Adds a reason once, however many rounds repeat it. */
    skip: (why: string) => void skipped.add(why),
    /** Adds a measurement that began and did not end. */
    fail: (name: string, why: string) => void failed.push(`${name}: ${why}`),
    results: () => ({ series: [...series.values()], raw: [...raw.values()], skipped: [...skipped], failed }),
  };
}
