import { isAsExpected } from '../apache-bench';
import type { SetupRuns, SignUpResults, SignUpRun } from '../scenarios/signup';
import { median, spread } from '../statistics';
import { formatCpuUse } from './cpu-report';
import {
  formatNumber,
  formatPercent,
  formatSpread,
  formatTable,
  formatTimes,
  heading,
  warning,
} from './format';
import { SOURCE_REPORT } from './reference-figures';

type Figure = 'perSecond' | 'meanMs' | 'p99Ms';

const middle = (runs: Record<Figure, number>[], figure: Figure) => median(runs.map((run) => run[figure]));

export function formatSignUps(results: SignUpResults): string {
  const { setups, connections, bcryptCost, apacheBench } = results;
  const cpu = formatCpuUse(
    setups.map(({ workers, hashThreads, runs }) => ({
      title: `${workers} × ${hashThreads}`,
      runs: runs.map((run) => run.cpu),
    })),
  );
  return [
    heading(`POST /users/signup, ${connections} connections, bcrypt cost ${bcryptCost}, through NGINX`),
    formatThroughput(results),
    '',
    ...formatRatios(results),
    '',
    apacheBench === 'used'
      ? formatApacheBench(setups)
      : warning(`ab is ${apacheBench}: its part of the comparison is missing here.`),
    '',
    cpu,
    'n × m: n workers with m hash threads each; 1 is one core, busy all the time.',
  ].join('\n');
}

function formatThroughput({ setups, hashRates }: SignUpResults): string {
  const hashRate = (threads: number) =>
    median(hashRates.find((rate) => rate.threads === threads)?.perSecond ?? []);
  const row = ({ title, runs, workers, hashThreads }: SetupRuns) => [
    title,
    formatSpread(spread(runs.map(({ perSecond }) => perSecond))),
    formatNumber(middle(runs, 'meanMs')),
    formatNumber(middle(runs, 'p99Ms')),
    formatPercent(middle(runs, 'perSecond') / hashRate(workers * hashThreads)),
  ];
  const { one, cluster } = SOURCE_REPORT;
  return formatTable([
    ['', 'requests/s', 'mean ms', 'p99 ms', 'of bcrypt'],
    ...setups.map(row),
    ...hashRates.map(({ threads, perSecond }) => [
      `bcrypt alone, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
      formatSpread(spread(perSecond)),
      '',
      '',
      '100 %',
    ]),
    ['source report, 1 instance', String(one.perSecond), formatNumber(one.meanMs), '', ''],
    ['source report, cluster', String(cluster.perSecond), formatNumber(cluster.meanMs), '', ''],
  ]);
}

const find = (setups: SetupRuns[], name: SetupRuns['name']) => setups.find((setup) => setup.name === name);

/** Of the runs of one round each: they stand next to each other in time. */
function ratios(runs: SignUpRun[], ones: SignUpRun[], figure: Figure): string {
  const pairs = runs.map((run, round) => run[figure] / (ones[round]?.[figure] ?? NaN));
  return `${formatSpread(spread(pairs))} ×`;
}

function formatRatios({ setups, connections }: SignUpResults): string[] {
  const [one, cluster, threads] = (['one', 'cluster', 'threads'] as const).map((name) => find(setups, name));
  if (!one || !cluster || !threads) return [];
  const report = SOURCE_REPORT.cluster;
  const reportRate = formatTimes(report.perSecond / SOURCE_REPORT.one.perSecond);
  const reportMean = formatTimes(report.meanMs / SOURCE_REPORT.one.meanMs);
  const lines = [
    'Against one worker with one hash thread, round by round:',
    `  the cluster       ${ratios(cluster.runs, one.runs, 'perSecond')} the requests/s (source report ${reportRate})`,
    `                    ${ratios(cluster.runs, one.runs, 'meanMs')} the mean latency (source report ${reportMean})`,
    `  threads instead   ${ratios(threads.runs, one.runs, 'perSecond')} the requests/s, in a single process`,
  ];
  if (connections < 2 * cluster.workers) {
    lines.push(`${connections} connections can't keep ${cluster.workers} workers busy all the time.`);
  }
  return lines;
}

function formatApacheBench(setups: SetupRuns[]): string {
  const measured = setups.filter(({ apacheBench }) => apacheBench.length > 0);
  const row = ({ title, apacheBench: runs }: SetupRuns) => [
    title,
    formatSpread(spread(runs.map(({ perSecond }) => perSecond))),
    formatNumber(middle(runs, 'meanMs')),
    formatNumber(middle(runs, 'p99Ms')),
    runs.every(isAsExpected) ? 'as expected' : 'NOT as expected',
  ];
  return [
    formatTable([['ab -c 10 -n 100', 'requests/s', 'mean ms', 'p99 ms', 'answers'], ...measured.map(row)]),
    'ab sends one body: of 100 answers one is 201 and 99 are 409 ("Non-2xx").',
    'They cost the same: the hash is computed before the index decides.',
  ].join('\n');
}
