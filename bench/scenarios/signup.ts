import { isApacheBenchInstalled, runApacheBench, type ApacheBenchResult } from '../apache-bench';
import { SIGN_UP_CONNECTIONS, type BenchContext } from '../bench-context';
import type { Setup } from '../bench-stack';
import { countCpuTime, type CpuUse } from '../cpu-time';
import { measureHashRate } from '../hash-rate';
import type { LoadResult } from '../load';
import { pause } from '../pause';
import { startSignUps } from '../sign-up-load';
import { formatNumber } from '../reports/format';

export interface SignUpRun extends LoadResult {
  cpu?: CpuUse;
}

export interface SetupRuns extends Setup {
  /** `threads`: one worker with as many hash threads as the cluster has in all. */
  name: 'one' | 'cluster' | 'threads';
  title: string;
  runs: SignUpRun[];
  apacheBench: ApacheBenchResult[];
}

export interface SignUpResults {
  connections: number;
  bcryptCost: number;
  apacheBench: 'used' | 'not installed' | 'left out';
  setups: SetupRuns[];
  /** Hashes a second without HTTP, a figure a round, by the number of threads. */
  hashRates: { threads: number; perSecond: number[] }[];
}

const WARM_UP_MS = 1_500;
/** Until what the last load left in the queue is hashed. */
const QUEUE_EMPTIES_MS = 1_500;

/** Everything that is compared, in an order that is run through again and again. */
function comparedSetups(clusterSize: number): SetupRuns[] {
  const setup = (name: SetupRuns['name'], title: string, workers: number, hashThreads: number) => ({
    name,
    title,
    workers,
    hashThreads,
    runs: [],
    apacheBench: [],
  });
  return [
    setup('one', '1 worker, 1 hash thread', 1, 1),
    setup('cluster', `${clusterSize} workers, 1 hash thread each`, clusterSize, 1),
    setup('threads', `1 worker, ${clusterSize} hash threads`, 1, clusterSize),
  ];
}

type Tell = (title: string, text: string) => void;

/** The source report's experiment: sign-ups against one worker and against the cluster, through NGINX. */
export async function runSignUps(context: BenchContext): Promise<SignUpResults> {
  const { stack, options, clusterSize, say } = context;
  const setups = comparedSetups(clusterSize);
  const hashRates = [1, clusterSize].map((threads) => ({ threads, perSecond: [] as number[] }));
  const installed = await isApacheBenchInstalled();
  const apacheBench = options.quick ? 'left out' : installed ? 'used' : 'not installed';
  if (apacheBench === 'not installed') say('ab is not installed: its part of the comparison is left out');

  for (let round = 1; round <= options.rounds; round += 1) {
    const tell: Tell = (title, text) => say(`${round}/${options.rounds}  ${title.padEnd(30)} ${text}`);
    for (const setup of setups) {
      // The comparison is between the other two.
      if (setup.name === 'threads' && options.quick && round > 1) continue;
      await stack.use(setup);
      await measureSignUps(context, setup, tell);
      if (apacheBench === 'used' && setup.name !== 'threads') await measureByAb(context, setup, tell);
    }
    for (const rate of hashRates) await measureHashes(context, rate, tell);
  }
  const bcryptCost = stack.bcryptCost();
  return { connections: SIGN_UP_CONNECTIONS, bcryptCost, apacheBench, setups, hashRates };
}

async function measureSignUps(context: BenchContext, { title, runs }: SetupRuns, tell: Tell) {
  const { stack, options, signal } = context;
  const groups = await stack.processGroups();
  const load = startSignUps(stack.url, signal);
  try {
    await pause(WARM_UP_MS, signal);
    const cpuSince = countCpuTime(groups);
    const result = await load.measure(options.seconds);
    runs.push({ ...result, cpu: cpuSince() });
    tell(title, describe(result));
  } finally {
    await load.stop();
  }
}

async function measureByAb({ stack, signal }: BenchContext, { apacheBench }: SetupRuns, tell: Tell) {
  await pause(QUEUE_EMPTIES_MS, signal);
  const result = await runApacheBench(stack.url, stack.folder, signal);
  apacheBench.push(result);
  tell('  the same by ab', describe(result));
}

async function measureHashes(
  { stack, options, signal }: BenchContext,
  { threads, perSecond }: SignUpResults['hashRates'][number],
  tell: Tell,
) {
  const seconds = options.seconds / 2;
  const rate = await measureHashRate({ threads, cost: stack.bcryptCost(), seconds, signal });
  perSecond.push(rate);
  tell(`bcrypt alone, ${threads} ${threads === 1 ? 'thread' : 'threads'}`, `${formatNumber(rate)}/s`);
}

const describe = ({ perSecond, meanMs, p99Ms }: Pick<SignUpRun, 'perSecond' | 'meanMs' | 'p99Ms'>) =>
  `${formatNumber(perSecond)}/s, mean ${formatNumber(meanMs)} ms, p99 ${formatNumber(p99Ms)} ms`;
