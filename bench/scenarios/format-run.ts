import type { Run, Series, Setup } from '../store/result-types';

/** Formats a setup for a line of progress. */
export const formatSetup = ({ workers, hashThreads, balancing, cache }: Setup): string =>
  [
    `${workers} × ${hashThreads}`,
    ...(balancing === 'round-robin' ? [] : [balancing]),
    ...(cache ? [] : ['no cache']),
  ].join(', ');

export const formatSeries = ({ scenario, part, setup }: Omit<Series, 'load' | 'runs'>): string =>
  [scenario, ...(part ? [part] : []), formatSetup(setup)].join(', ');

export const formatRate = (perSecond: number): string => `${perSecond.toFixed(1).padStart(8)}/s`;

/** Begins with the figures: a narrow terminal may have no room for the rest. */
export function formatRun(series: Omit<Series, 'load' | 'runs'>, run: Run): string {
  const { perSecond, p50Ms, p99Ms, errors } = run;
  const faults = Object.entries(errors).map(([error, count]) => `  ${count} × ${error}`);
  const ms = (time: number) => time.toFixed(1).padStart(7);
  return `${formatRate(perSecond)}  p50 ${ms(p50Ms)}  p99 ${ms(p99Ms)} ms  ${formatSeries(series)}${faults.join('')}`;
}
