import type { BenchResults } from '../../store/result-types';
import { judgeAims } from '../aims';
import { findDisturbances } from '../faults';
import { formatCount, formatNumber } from '../format';
import { makeSection, makeTable } from './section';

export const aimsSection = (results: BenchResults) =>
  makeSection({
    id: 'aims',
    title: 'Aims',
    tables: [
      makeTable(judgeAims(results), [
        ['aim', ({ name }) => name],
        ['', ({ aim }) => aim],
        ['measured', ({ shown }) => shown],
        ['', ({ state }) => state],
      ]),
    ],
    notes: ['Ratios of medians.'],
  });

export function faultSection(results: BenchResults) {
  const facts = (name: string, texts: string[]) => texts.map((text) => [name, text]);
  const disturbances = findDisturbances(results);
  return makeSection({
    id: 'faults',
    title: 'Errors and disturbance',
    tables: [
      {
        head: [],
        rows: [
          ...facts('error', results.faults),
          ...facts('disturbed', disturbances),
          ...facts('left out', results.skipped),
        ],
      },
    ],
    notes:
      disturbances.length > 0
        ? ['"disturbed": other programs or the hypervisor used more than a tenth of a core meanwhile.']
        : [],
  });
}

export function machineSection({ machine, options, startedAt, tookSeconds }: BenchResults) {
  const measured = `${startedAt.slice(0, 16).replace('T', ' ')} UTC, ${Math.round(tookSeconds / 60)} min`;
  const rounds = `${formatCount(options.rounds, 'round')} of ${options.seconds} s${options.quick ? ', quick' : ''}`;
  return makeSection({
    id: 'machine',
    title: 'The host',
    tables: [
      {
        head: [],
        rows: [
          ['processor', `${machine.cpu}, ${formatCount(machine.cores, 'core')}`],
          ['memory', `${machine.memoryGb} GB`],
          ['system', machine.system],
          ['Node.js', machine.node],
          ...machine.servers.map((server, index) => [index === 0 ? 'servers' : '', server]),
          ['commit', machine.commit ?? 'unknown'],
          ['bcrypt cost', String(machine.bcryptCost)],
          ['load before the bench', formatNumber(machine.loadAverage)],
          ['measured', measured],
          ['each figure', rounds],
        ],
      },
    ],
    notes: ['Everything runs on this host, including the load generator.'],
  });
}
