import { readFileSync } from 'node:fs';
import { readWorkerMetrics } from './worker-metrics';

interface Workers {
  apiPids: number[];
  workerPorts: number[];
}

const RSS = /^VmRSS:\s+(\d+) kB/m;

/** Memory of the workers that is in RAM; undefined where neither the system nor they tell. */
export async function readResidentMb(
  { apiPids, workerPorts }: Workers,
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
