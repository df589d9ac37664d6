import { setTimeout as pause } from 'node:timers/promises';
import { inTurns } from '../../tools/load/closed-loop';
import { slopeOf } from '../figures/statistics';
import { readResidentMb } from '../figures/worker-metrics';
import { startLoad, type LoadRequest } from '../load/load';
import { setupOf } from '../scenarios/setups';
import type { BenchContext } from '../stack/bench-context';
import type { Run } from '../store/result-types';
import type { Extra, ExtraMeasured } from './extra';

const IDLE_MS = 5_000;
/** Time between two samples. */
const WINDOW_SECONDS = 2;
const EARLY_REQUESTS = 10_000;
/** The measurement ends early if the worker is slower. */
const LEAST_PER_SECOND = 100;

interface Sample {
  requests: number;
  mb: number;
}

/** Returns mostly cached reads; 10 % lists, 5 % writes, and 5 % each that are refused with 401 and 404. */
async function requestsOf({ fixtures }: BenchContext): Promise<LoadRequest[]> {
  const { headers } = await fixtures.admin();
  const asAdmin = { headers: { ...headers, 'content-type': 'application/json' } };
  const read = { ...(await fixtures.taskRead()), ...asAdmin };
  const list = { ...(await fixtures.listRead()), ...asAdmin };
  return [
    ...Array.from({ length: 15 }, () => read),
    ...[list, list],
    { ...read, method: 'PUT', body: '{"status":"Doing"}' },
    { ...read, headers: {}, expected: 401 },
    { ...read, path: `/tasks/${'0'.repeat(24)}`, expected: 404 },
  ];
}

/** Measures the memory of a worker over very many requests, and whether it still grows at the end. */
async function measureMemory(context: BenchContext): Promise<ExtraMeasured> {
  const { stack, options, clusterSize, signal, say } = context;
  const { connections, requests } = options;
  const setup = setupOf('one', clusterSize);
  await stack.use(setup);
  const next = inTurns(await requestsOf(context));
  const workers = await stack.processes();
  await pause(IDLE_MS, undefined, { signal });
  const idleRssMb = await readResidentMb(workers, signal);

  const load = startLoad({ url: stack.url, connections, next, signal });
  const samples: Sample[] = [];
  const beganAt = performance.now();
  const giveUpAt = beganAt + (requests / LEAST_PER_SECOND) * 1_000;
  try {
    let result = await load.measure(WINDOW_SECONDS);
    let tenths = 0;
    for (;;) {
      const sample = { requests: load.tally().answers, mb: (await readResidentMb(workers, signal)) ?? NaN };
      samples.push(sample);
      if (sample.requests >= (tenths + 1) * 0.1 * requests) {
        tenths = Math.floor((10 * sample.requests) / requests);
        say(`memory: ${sample.requests} requests, ${sample.mb.toFixed(0)} MB`);
      }
      if (sample.requests >= requests || performance.now() > giveUpAt) break;
      result = await load.measure(WINDOW_SECONDS);
    }
    const { answers } = load.tally();
    const perSecond = (answers * 1_000) / (performance.now() - beganAt);
    const errors = {
      ...result.errors,
      ...(answers < requests && { 'too slow: not all requests were sent': 1 }),
    };
    // The latencies are those of the last window.
    const run = { ...result, perSecond, requests: answers, errors, figures: figuresOf(samples, idleRssMb) };
    return { series: [{ scenario: 'memory', setup, load: { connections }, runs: [run] }] };
  } finally {
    await load.stop();
  }
}

/** Returns no figures if the resident memory is unknown. */
function figuresOf(samples: Sample[], idleRssMb: number | undefined): Run['figures'] {
  const last = samples.at(-1);
  if (idleRssMb === undefined || !last) return {};
  const half = samples.filter(({ requests }) => requests >= last.requests / 2);
  const growth = slopeOf(half.map(({ requests, mb }) => [requests, mb])) * (last.requests / 2);
  return {
    idleRssMb,
    rss10kMb: samples.find(({ requests }) => requests >= EARLY_REQUESTS)?.mb,
    rssEndMb: last.mb,
    ...(half.length > 2 && { rssLastHalfSlopeMb: growth }),
  };
}

export const memory: Extra = {
  name: 'memory',
  what: 'resident memory of one worker over a million requests of all kinds; ten minutes',
  isDefault: false,
  seconds: ({ requests }) => 20 + requests / 2_000,
  measure: measureMemory,
};
