import { percentile } from '../../../src/lib/percentile';
import { startClosedLoop } from '../../../tools/load/closed-loop';
import { openConnections, type Connections, type Request } from '../../../tools/load/connections';
import { sendAtRate } from '../../../tools/load/open-loop';
import { calm, count } from '../load';
import { connections, logOut, type Part, type PartContext } from './part';

const logOutsPerSecond = 200;
const logOutSeconds = 60;
const leastHits = 0.95;
const leastShare = 0.98;
const rounds = 7;
const roundMs = 3_000;

/** Counts cached reads on all connections until `stop`. */
function startReads(opened: Connections, read: Request) {
  let taken = { answered: 0, hits: 0, failures: {} as Record<string, number> };
  const loop = startClosedLoop(opened, {
    clients: connections,
    next: () => read,
    onAnswer({ status, headers, error }) {
      if (status !== 200) return void count(taken.failures, String(error ?? status));
      taken.answered += 1;
      if (headers['x-cache'] === 'HIT') taken.hits += 1;
    },
  });
  return {
    take() {
      const all = taken;
      taken = { answered: 0, hits: 0, failures: {} };
      return all;
    },
    stop: loop.stop,
  };
}

/** Compares cached reads before and after many log-outs, and counts those from the cache meanwhile. */
async function measure({ progress, url, faults, read, newTokens }: PartContext) {
  const opened = openConnections({ url, connections: 2 * connections });
  const reads = startReads(opened, read);
  const rateOf = async () => {
    const rates: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      reads.take();
      const began = performance.now();
      await calm(roundMs);
      rates.push((reads.take().answered / (performance.now() - began)) * 1_000);
    }
    return percentile(rates, 0.5);
  };
  try {
    const before = await progress.step('reads', 'cached reads before', rateOf);
    const statuses: Record<string, number> = {};
    const tokens = newTokens(logOutsPerSecond * logOutSeconds);
    reads.take();
    await progress.step('log-outs', `${logOutsPerSecond} log-outs/s for ${logOutSeconds} s`, () =>
      sendAtRate(opened, {
        perSecond: logOutsPerSecond,
        seconds: logOutSeconds,
        next: (index) => logOut(tokens[index]!),
        onAnswer: ({ status, error }) => count(statuses, String(error ?? status)),
      }),
    );
    const during = reads.take();
    const after = await progress.step('reads', 'cached reads after', rateOf);
    const hits = during.hits / during.answered;
    const share = after / before;
    console.log(
      `log-outs: ${JSON.stringify(statuses)}; meanwhile ${Math.round(during.answered / logOutSeconds)} reads/s, ` +
        `${(100 * hits).toFixed(1)} % from the cache, failures ${JSON.stringify(during.failures)}\n` +
        `cached reads: ${before.toFixed(0)}/s before, ${after.toFixed(0)}/s after (${share.toFixed(3)})`,
    );
    if (hits < leastHits) faults.push(`${(100 * hits).toFixed(1)} % of the reads came from the cache`);
    if (share < leastShare) faults.push(`cached reads after the log-outs: ${share.toFixed(3)} of before`);
    if (Object.keys(statuses).some((status) => status !== '204'))
      faults.push(`log-outs were answered ${JSON.stringify(statuses)}`);
  } finally {
    await reads.stop();
    await opened.close();
  }
}

export const logOuts: Part = { apiWorkers: 2, measure };
