import type { Run, Setup } from './result-types';

/** For a line of progress; the reports have tables. */
export function formatSetup({ workers, hashThreads, balancing, cache }: Setup): string {
  const parts = [
    `${workers} × ${hashThreads}`,
    ...(balancing === 'round-robin' ? [] : [balancing]),
    ...(cache ? [] : ['no cache']),
  ];
  return parts.join(', ');
}

export function formatRun(scenario: string, part: string | undefined, setup: Setup, run: Run): string {
  const { perSecond, p50Ms, p99Ms, errors } = run;
  const what = [scenario, ...(part ? [part] : []), formatSetup(setup)].join(', ');
  const faults = Object.entries(errors).map(([error, count]) => `  ${count} × ${error}`);
  const figures = `${perSecond.toFixed(1).padStart(9)}/s  p50 ${p50Ms.toFixed(1)}  p99 ${p99Ms.toFixed(1)} ms`;
  return `${what.padEnd(62)} ${figures}${faults.join('')}`;
}
