import type { BenchResults } from '../../store/result-types';
import { judgeAims } from '../aims';
import { formatNumber } from '../format';
import { count } from '../names';
import { makeSection } from '../section';

export function machineSection({ machine, options, startedAt, tookSeconds }: BenchResults) {
  const { cores, cpu, memoryGb, system, node, servers, commit, loadAverage, bcryptCost } = machine;
  return makeSection({
    id: 'machine',
    title: 'The machine',
    tables: [
      {
        head: [],
        rows: [
          ['processor', `${cpu}, ${count(cores, 'core')}`],
          ['memory', `${memoryGb} GB`],
          ['system', system],
          ['Node.js', node],
          ...servers.map((server, index) => [index === 0 ? 'servers' : '', server]),
          ['commit', commit ?? 'unknown'],
          ['bcrypt cost', String(bcryptCost)],
          ['load before it began', formatNumber(loadAverage)],
          [
            'measured',
            `${startedAt.slice(0, 16).replace('T', ' ')} UTC, ${Math.round(tookSeconds / 60)} min`,
          ],
          [
            'each figure',
            `${count(options.rounds, 'round')} of ${options.seconds} s${options.quick ? ', quick' : ''}`,
          ],
        ],
      },
    ],
    notes: [
      'All figures are medians over the rounds, with the least and the greatest (from–to) beside them.',
      'Everything runs on this one machine, the load generator included.',
    ],
  });
}

export const aimsSection = (results: BenchResults) =>
  makeSection({
    id: 'aims',
    title: 'Aims',
    tables: [
      {
        head: ['aim', '', 'measured', ''],
        rows: judgeAims(results).map(({ name, aim, shown, state }) => [name, aim, shown, state]),
      },
    ],
    notes: ['Ratios of medians.'],
  });
