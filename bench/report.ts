import { findDisturbance } from './reports/cpu-report';
import { formatNumber, warning } from './reports/format';
import { formatReads } from './reports/reads-report';
import { formatSignUps } from './reports/signup-report';
import type { BenchResults } from './results';

/** For a terminal of 80 columns. */
export function formatReport(results: BenchResults, faults: string[]): string {
  const { machine, options, signup, reads } = results;
  const { cores, cpu, memoryGb, node, servers, commit } = machine;
  const runs = [...(signup?.setups.flatMap((setup) => setup.runs) ?? []), ...(reads?.storm ?? [])];
  const disturbance = findDisturbance(runs.map((run) => run.cpu));
  const parts = [
    `${cores} cores, ${cpu}, ${memoryGb} GB; Node ${node}${commit ? `; commit ${commit}` : ''}\n` +
      `${servers.join(', ')}\n` +
      `Medians of ${options.rounds} rounds of ${options.seconds} s, in turns (from – to)`,
    ...(signup ? [formatSignUps(signup)] : []),
    ...(reads ? [formatReads(reads)] : []),
  ];
  if (disturbance !== undefined) {
    const text = `Others or the hypervisor took up to ${formatNumber(disturbance)} of ${cores} cores meanwhile`;
    parts.push(warning(`${text}: these figures mean little.`));
  }
  if (faults.length > 0) parts.push(warning(['Runs with errors:', ...faults].join('\n  ')));
  return `\n${parts.join('\n\n')}\n`;
}
