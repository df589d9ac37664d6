import { readFileSync } from 'node:fs';
import { sum } from './statistics';

/** Samples in the text format of Prometheus. */
const MONGO_READS =
  /^taskfleet_mongo_commands_total\{[^\n]*command="(?:find|aggregate|count|distinct)"[^\n]*\} (\S+)/gm;
const RESIDENT_BYTES = /^process_resident_memory_bytes(?:\{[^\n]*\})? (\S+)/gm;
const RSS = /^VmRSS:\s+(\d+) kB/m;

/** Reads the metrics of all API workers at their internal ports; `undefined` if one of them exposes none. */
export async function readWorkerMetrics(doors: string[], signal: AbortSignal) {
  const texts = await Promise.all(
    doors.map(async (door) => {
      const timeout = AbortSignal.any([signal, AbortSignal.timeout(5_000)]);
      const response = await fetch(`${door}/metrics`, { signal: timeout });
      const text = await response.text();
      return response.ok ? text : undefined;
    }),
  );
  const found = texts.filter((text) => text !== undefined);
  if (found.length < doors.length) return undefined;
  const total = (samples: RegExp) =>
    sum(found.flatMap((text) => [...text.matchAll(samples)].map(([, value]) => Number(value))));
  return { mongoReads: () => total(MONGO_READS), residentBytes: () => total(RESIDENT_BYTES) };
}

/** Returns the resident memory of all API workers in MB; `undefined` if neither /proc nor the metrics have it. */
export async function readResidentMb(
  { apiPids, doors }: { apiPids: number[]; doors: string[] },
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    const statuses = apiPids.map((pid) => readFileSync(`/proc/${pid}/status`, 'utf8'));
    return sum(statuses.map((text) => Number(RSS.exec(text)?.[1]))) / 1_024;
  } catch {
    const bytes = (await readWorkerMetrics(doors, signal))?.residentBytes();
    return bytes ? bytes / 1_048_576 : undefined;
  }
}
