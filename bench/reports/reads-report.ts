import type { OpenLoopResult } from '../open-loop';
import type { ReadsResults } from '../scenarios/reads-during-signups';
import { median, spread } from '../statistics';
import { formatCpuUse } from './cpu-report';
import { formatNumber, formatPercent, formatSpread, formatTable, formatTimes, heading } from './format';
import { PEERS } from './reference-figures';

export function formatReads(results: ReadsResults): string {
  const { workers, readsPerSecond, signUpConnections } = results;
  return [
    heading(`GET /tasks/:id, cached, at ${readsPerSecond}/s, while ${signUpConnections} connections sign up`),
    formatHeldRate(results),
    '',
    `p99 under sign-ups against idle: ${formatTimes(p99Ratio(results))} (aim: at most 3 ×), ${workers} workers.`,
    'Latency counts from when a request was due: no coordinated omission.',
    "`sender late`: the load generator's own part in it, p99.",
    '',
    heading(`GET /users/:id, ${results.readConnections} connections, while ${signUpConnections} sign up`),
    formatClosedLoop(results),
    'The others were measured once: two cores, Node 20, an embedded MongoDB.',
    'Hashes at cost 8 are four times cheaper than at 10.',
    '',
    formatCpuUse([{ title: 'held rate, sign-ups', runs: results.storm.map(({ cpu }) => cpu) }]),
  ].join('\n');
}

export const p99Ratio = ({ idle, storm }: Pick<ReadsResults, 'idle' | 'storm'>): number =>
  median(storm.map(({ reads }) => reads.p99Ms)) / median(idle.map(({ p99Ms }) => p99Ms));

function formatHeldRate({ idle, storm }: ReadsResults): string {
  const row = (title: string, runs: OpenLoopResult[], signUps: string) => {
    const of = (figure: 'p50Ms' | 'p99Ms' | 'latenessP99Ms') => spread(runs.map((run) => run[figure]));
    const sum = (figure: 'hits' | 'requests') => runs.reduce((total, run) => total + run[figure], 0);
    return [
      title,
      formatNumber(of('p50Ms').median),
      formatSpread(of('p99Ms')),
      formatNumber(of('latenessP99Ms').median),
      formatPercent(sum('hits') / sum('requests')),
      signUps,
    ];
  };
  const signUps = spread(storm.map((run) => run.signUps.perSecond));
  return formatTable([
    ['', 'p50 ms', 'p99 ms', 'sender late', 'X-Cache HIT', 'sign-ups/s'],
    row('idle', idle, '0'),
    row(
      'sign-ups',
      storm.map(({ reads }) => reads),
      formatNumber(signUps.median),
    ),
  ]);
}

function formatClosedLoop({ closedLoop, workers }: ReadsResults): string {
  const middle = (of: (run: ReadsResults['closedLoop'][number]) => number) =>
    formatNumber(median(closedLoop.map(of)));
  return formatTable([
    ['', 'requests/s', 'p50 ms', 'sign-ups/s'],
    [
      `taskfleet, ${workers} workers`,
      formatSpread(spread(closedLoop.map(({ reads }) => reads.perSecond))),
      middle(({ reads }) => reads.p50Ms),
      middle(({ signUps }) => signUps.perSecond),
    ],
    ...PEERS.map(({ name, perSecond, p50Ms }) => [name, formatNumber(perSecond), formatNumber(p50Ms), '']),
  ]);
}
