import { readFileSync } from 'node:fs';

/** A sample in the text format of Prometheus. */
interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;
const READS = ['find', 'aggregate', 'count', 'distinct'];
const RSS = /^VmRSS:\s+(\d+) kB/m;

export function parseMetrics(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
    if (name === undefined) return [];
    const pairs = [...labels.matchAll(LABEL)].map(([, key, content]) => [key!, content!] as const);
    return { name, labels: Object.fromEntries(pairs), value: Number(value) };
  });
}

/** Reads the metrics of all API workers; `undefined` if one of them exposes none. */
export async function readWorkerMetrics(ports: number[], signal: AbortSignal) {
  const texts = await Promise.all(
    ports.map(async (port) => {
      const timeout = AbortSignal.any([signal, AbortSignal.timeout(5_000)]);
      const response = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: timeout });
      const text = await response.text();
      return response.ok ? text : undefined;
    }),
  );
  const found = texts.filter((text) => text !== undefined);
  if (found.length < ports.length) return undefined;
  const samples = found.flatMap(parseMetrics);
  const sum = (name: string, isWanted: (labels: Sample['labels']) => boolean = () => true) =>
    samples
      .filter((sample) => sample.name === name && isWanted(sample.labels))
      .reduce((total, { value }) => total + value, 0);
  return {
    mongoReads: () => sum('taskfleet_mongo_commands_total', ({ command }) => READS.includes(command ?? '')),
    residentBytes: () => sum('process_resident_memory_bytes'),
  };
}

/** Returns the resident memory of all API workers in MB; `undefined` if neither /proc nor the metrics have it. */
export async function readResidentMb(
  { apiPids, workerPorts }: { apiPids: number[]; workerPorts: number[] },
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    const statuses = apiPids.map((pid) => readFileSync(`/proc/${pid}/status`, 'utf8'));
    return statuses.reduce((sum, text) => sum + Number(RSS.exec(text)?.[1]), 0) / 1_024;
  } catch {
    const bytes = (await readWorkerMetrics(workerPorts, signal))?.residentBytes();
    return bytes ? bytes / 1_048_576 : undefined;
  }
}
