import { readResidentMb } from '../figures/memory';
import { slopeOf } from '../figures/statistics';
import { inTurns, type RequestKind } from '../load/in-turns';
import { startLoad } from '../load/load';
import { pause } from '../load/pause';
import { setupOf } from '../rounds/setups';
import type { BenchContext } from '../stack/bench-context';
import type { Run, Series } from '../store/result-types';

const IDLE_MS = 5_000;
/** Between two looks at the memory. */
const WINDOW_SECONDS = 2;
const EARLY_REQUESTS = 10_000;
/** A worker that has become so slow is told, not waited for. */
const MIN_PER_SECOND = 100;

interface Sample {
  requests: number;
  mb: number;
}

/** Mostly cached reads; 10 % lists, 5 % writes, and 5 % each of what is refused with 401 and 404. */
async function kindsOf({ fixtures }: BenchContext): Promise<RequestKind[]> {
  const [task, list] = [await fixtures.taskPath(), await fixtures.listPath()];
  const { headers } = await fixtures.admin();
  const read: RequestKind = { method: 'GET', path: task, headers, expected: 200 };
  return [
    ...Array.from({ length: 15 }, () => read),
    ...Array.from({ length: 2 }, () => ({ ...read, path: list })),
    { ...read, method: 'PUT', body: '{"status":"Doing"}' },
    { ...read, headers: {}, expected: 401 },
    { ...read, path: `/tasks/${'0'.repeat(24)}`, expected: 404 },
  ];
}

/** How much memory a worker takes after very many requests, and whether that still grows. */
export async function measureMemory(context: BenchContext): Promise<Series[]> {
  const { stack, options, clusterSize, signal, say } = context;
  const setup = setupOf('one', clusterSize);
  await stack.use(setup);
  const { request, wrong } = inTurns(await kindsOf(context));
  const workers = await stack.processes();
  await pause(IDLE_MS, signal);
  const idleRssMb = await readResidentMb(workers, signal);

  const { connections, requests } = options;
  const load = startLoad({ url: stack.url, connections, request, signal });
  const samples: Sample[] = [];
  const beganAt = performance.now();
  const giveUpAt = beganAt + (requests / MIN_PER_SECOND) * 1_000;
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
    const answered = load.tally().answers;
    const perSecond = (answered * 1_000) / (performance.now() - beganAt);
    if (answered < requests) wrong['too slow: not all requests were sent'] = 1;
    const errors = { ...result.errors, ...wrong };
    // Latencies are those of the last seconds.
    const run: Run = {
      ...result,
      perSecond,
      requests: answered,
      errors,
      figures: figuresOf(samples, idleRssMb),
    };
    return [{ scenario: 'memory', setup, load: { connections }, runs: [run] }];
  } finally {
    await load.stop();
  }
}

/** Nothing is told where the system doesn't tell. */
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
