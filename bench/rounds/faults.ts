import type { BenchResults } from '../store/result-types';
import { formatSetup } from './format-run';

type Judged = Pick<BenchResults, 'series' | 'raw' | 'curves'> & { failed?: string[] };

/** What went wrong in any run, a line each; a bench with one proves nothing. */
export function findFaults({ series, raw, curves, failed = [] }: Judged): string[] {
  const faults = [...failed];
  const add = (where: string, errors: Record<string, number> = {}) => {
    for (const [what, count] of Object.entries(errors)) faults.push(`${where}: ${count} × ${what}`);
  };
  for (const { scenario, part, setup, runs } of series) {
    const where = [scenario, ...(part ? [part] : []), formatSetup(setup)].join(', ');
    runs.forEach(({ errors }, index) => add(`${where}, round ${index + 1}`, errors));
  }
  for (const { name, parallel, errors } of raw) add(`raw limit ${name} × ${parallel}`, errors);
  for (const { scenario, points } of curves) {
    for (const { workers, errors } of points) add(`scaling of ${scenario}, ${workers} workers`, errors);
  }
  return faults;
}
