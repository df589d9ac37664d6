import { SIGN_UP_CONNECTIONS, type BenchContext } from '../bench-context';
import { countCpuTime, type CpuUse } from '../cpu-time';
import { startLoad, type LoadResult } from '../load';
import { sendAtRate, type OpenLoopResult } from '../open-loop';
import { pause } from '../pause';
import { makeAdmin, makeTask, signUp, type Client } from '../people';
import { formatNumber } from '../reports/format';
import { startSignUps } from '../sign-up-load';

export interface StormRun {
  reads: OpenLoopResult;
  signUps: LoadResult;
  cpu?: CpuUse;
}

/** GET /users/:id as fast as it is answered, as the peers were measured. */
export interface ClosedLoopRun {
  reads: LoadResult;
  signUps: LoadResult;
}

export interface ReadsResults {
  workers: number;
  readsPerSecond: number;
  signUpConnections: number;
  readConnections: number;
  idle: OpenLoopResult[];
  storm: StormRun[];
  closedLoop: ClosedLoopRun[];
}

const READS_PER_SECOND = 200;
const READ_CONNECTIONS = 10;
/** Until all hash threads are busy and the sign-ups queue. */
const STORM_RISES_MS = 2_000;
/** Until what queued is hashed: nobody waits for it any more. */
const STORM_ENDS_MS = 1_500;

/** What reads feel while the cluster's hash threads have more to do than they can. */
export async function runReadsDuringSignUps(context: BenchContext): Promise<ReadsResults> {
  const { stack, options, clusterSize, say } = context;
  await stack.use({ workers: clusterSize, hashThreads: 1 });
  const admin = await makeAdmin(stack.url, stack.folder, stack.info().env);
  const reader = await signUp(stack.url);
  const task = await makeTask(stack.url, admin, reader);

  const results: ReadsResults = {
    workers: clusterSize,
    readsPerSecond: READS_PER_SECOND,
    signUpConnections: SIGN_UP_CONNECTIONS,
    readConnections: READ_CONNECTIONS,
    idle: [],
    storm: [],
    closedLoop: [],
  };
  for (let round = 1; round <= options.rounds; round += 1) {
    const tell = (text: string) => say(`${round}/${options.rounds}  ${text}`);
    const idle = await readAtRate(context, task, reader);
    results.idle.push(idle);
    tell(`cached reads at ${READS_PER_SECOND}/s, idle: ${describe(idle)}`);

    const storm = await readInStorm(context, task, reader);
    results.storm.push(storm);
    tell(`the same while people sign up: ${describe(storm.reads)}`);

    if (options.quick && round > 1) continue;
    const closed = await readClosedLoop(context, reader);
    results.closedLoop.push(closed);
    const { perSecond } = closed.reads;
    tell(`GET /users/:id, ${READ_CONNECTIONS} connections, likewise: ${formatNumber(perSecond)}/s`);
  }
  return results;
}

const readAtRate = ({ stack, options, signal }: BenchContext, path: string, { headers }: Client) =>
  sendAtRate({
    url: `${stack.url}${path}`,
    headers,
    perSecond: READS_PER_SECOND,
    seconds: options.seconds,
    signal,
  });

async function readInStorm(context: BenchContext, path: string, reader: Client): Promise<StormRun> {
  const { stack, options, signal } = context;
  const groups = await stack.processGroups();
  const load = startSignUps(stack.url, signal);
  try {
    await pause(STORM_RISES_MS, signal);
    const cpuSince = countCpuTime(groups);
    const [reads, signUps] = await Promise.all([
      readAtRate(context, path, reader),
      load.measure(options.seconds),
    ]);
    return { reads, signUps, cpu: cpuSince() };
  } finally {
    await load.stop();
    await pause(STORM_ENDS_MS, signal);
  }
}

async function readClosedLoop({ stack, options, signal }: BenchContext, reader: Client) {
  const { url } = stack;
  const seconds = Math.max(2, options.seconds / 2);
  const load = startSignUps(url, signal);
  const request = { method: 'GET', path: `/users/${reader.id}`, headers: reader.headers } as const;
  const reading = startLoad({ url, connections: READ_CONNECTIONS, request, expectedStatus: 200, signal });
  try {
    await pause(STORM_RISES_MS, signal);
    const [reads, signUps] = await Promise.all([reading.measure(seconds), load.measure(seconds)]);
    return { reads, signUps };
  } finally {
    await Promise.all([reading.stop(), load.stop()]);
    await pause(STORM_ENDS_MS, signal);
  }
}

const describe = ({ p50Ms, p99Ms }: OpenLoopResult) =>
  `p50 ${formatNumber(p50Ms)} ms, p99 ${formatNumber(p99Ms)} ms`;
