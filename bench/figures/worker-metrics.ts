/** Of one worker or of several: the samples of each metric, in the text format of Prometheus. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export type WorkerMetrics = ReturnType<typeof createMetrics>;

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;
const READS = ['find', 'aggregate', 'count', 'distinct'];

export function parseMetrics(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
    if (name === undefined) return [];
    const pairs = [...labels.matchAll(LABEL)].map(([, key, text_]) => [key!, text_!] as const);
    return { name, labels: Object.fromEntries(pairs), value: Number(value) };
  });
}

function createMetrics(samples: Sample[]) {
  const sum = (name: string, fits: (labels: Sample['labels']) => boolean = () => true) =>
    samples
      .filter((sample) => sample.name === name && fits(sample.labels))
      .reduce((total, { value }) => total + value, 0);
  return {
    mongoReads: () => sum('taskfleet_mongo_commands_total', ({ command }) => READS.includes(command ?? '')),
    residentBytes: () => sum('process_resident_memory_bytes'),
  };
}

/**
 * Over all workers, each asked at its own port.
 * @returns undefined where they don't tell
 */
export async function readWorkerMetrics(
  ports: number[],
  signal: AbortSignal,
): Promise<WorkerMetrics | undefined> {
  const texts = await Promise.all(
    ports.map(async (port) => {
      const timeout = AbortSignal.any([signal, AbortSignal.timeout(5_000)]);
      const response = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: timeout });
      const text = await response.text();
      return response.ok ? text : undefined;
    }),
  );
  const told = texts.filter((text) => text !== undefined);
  if (told.length < ports.length) return undefined;
  return createMetrics(told.flatMap(parseMetrics));
}
