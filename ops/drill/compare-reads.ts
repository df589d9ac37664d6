import { percentile } from '../../src/lib/percentile';
import type { Progress } from '../../tools/command/progress';
import { startClosedLoop } from '../../tools/load/closed-loop';
import { openConnections, type Request } from '../../tools/load/connections';
import { calm } from './load';

const readers = 16;
const roundMs = 4_000;

/** A way to send a cached read. */
export interface Way {
  /** How it is called in the output: "TLS". */
  name: string;
  url: string;
  anyCertificate?: boolean;
  request: Request;
}

interface Comparison {
  /** The one to compare with, and the one to compare. */
  ways: [Way, Way];
  rounds: number;
  /** Aim: the rate of the second way, as a share of that of the first. */
  leastShare: number;
  faults: string[];
}

/** @returns cached reads per second over kept-alive connections */
async function readRate({ request, ...target }: Way, faults: string[]): Promise<number> {
  const opened = openConnections({ ...target, connections: readers });
  let answered = 0;
  const loop = startClosedLoop(opened, {
    clients: readers,
    next: () => request,
    onAnswer: ({ status, error }) => {
      if (status === 200) answered += 1;
      else faults.push(`GET ${target.url} (${target.name}): ${error ?? status}`);
    },
  });
  await calm(roundMs / 4);
  const [before, began] = [answered, performance.now()];
  await calm(roundMs);
  const rate = ((answered - before) / (performance.now() - began)) * 1_000;
  await loop.stop();
  await opened.close();
  return rate;
}

/**
 * Compares two ways to read, which are measured in turns. The median of the rounds' shares counts, since a machine that
 * gets busier changes both rates. Adds a fault if the second way is too slow.
 */
export async function compareReads({ step }: Progress, { ways, rounds, leastShare, faults }: Comparison) {
  const [first, second] = ways;
  const rates = new Map<Way, number[]>(ways.map((way) => [way, []]));
  const text = `${rounds} rounds: ${first.name} and ${second.name} in turns`;
  await step('reads', text, async ({ say }) => {
    for (let round = 0; round < rounds; round += 1) {
      // The one that goes first would profit from a machine that gets busier.
      for (const way of round % 2 === 0 ? ways : [second, first])
        rates.get(way)!.push(await readRate(way, faults));
      say(ways.map((way) => `${way.name} ${rates.get(way)![round]!.toFixed(0)}/s`).join(', '));
    }
  });
  const [base, compared] = ways.map((way) => percentile(rates.get(way)!, 0.5)) as [number, number];
  const shares = rates.get(second)!.map((rate, round) => rate / rates.get(first)![round]!);
  const share = percentile(shares, 0.5);
  const medians = `medians of the rates ${compared.toFixed(0)}/s, ${base.toFixed(0)}/s`;
  const result = `cached reads, ${second.name}: ${share.toFixed(3)} of ${first.name} (${medians})`;
  console.log(result);
  if (share < leastShare) faults.push(`${result}; aim ${leastShare}`);
}
