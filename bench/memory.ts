import { readFileSync } from 'node:fs';

const RSS = /^VmRSS:\s+(\d+) kB/m;

/** Memory of these processes that is in RAM, by /proc/PID/status; undefined where there is none. */
export function readResidentMb(pids: number[]): number | undefined {
  try {
    const kilobytes = pids.map((pid) => Number(RSS.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]));
    return kilobytes.reduce((sum, value) => sum + value, 0) / 1_024;
  } catch {
    return undefined;
  }
}
