import type { Run, Setup } from '../store/result-types';

/** For a line of progress; the reports have tables. */
export function formatSetup({ workers, hashThreads, balancing, cache }: Setup): string {
  const parts = [
    `${workers} × ${hashThreads}`,
    ...(balancing === 'round-robin' ? [] : [balancing]),
    ...(cache ? [] : ['no cache']),
  ];
  return parts.join(', ');
}

export const formatRate = (perSecond: number): string => `${perSecond.toFixed(1).padStart(8)}/s`;

export function formatRun(scenario: string, part: string | undefined, setup: Setup, run: Run): string {
  const { perSecond, p50Ms, p99Ms, errors } = run;
  const what = [scenario, ...(part ? [part] : []), formatSetup(setup)].join(', ');
  const faults = Object.entries(errors).map(([error, count]) => `  ${count} × ${error}`);
  const ms = (time: number) => time.toFixed(1).padStart(7);
  // First what matters: a terminal may have no room for the rest.
  return `${formatRate(perSecond)}  p50 ${ms(p50Ms)}  p99 ${ms(p99Ms)} ms  ${what}${faults.join('')}`;
}
