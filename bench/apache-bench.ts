import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { requireLoopback } from './loopback';
import { newPerson } from './people';

export interface ApacheBenchResult {
  perSecond: number;
  meanMs: number;
  p99Ms: number;
  requests: number;
  non2xx: number;
  /** Requests that failed otherwise than by a body of another length, which ab counts as failed as well. */
  broken: number;
}

const REQUESTS = 100;
const CONNECTIONS = 10;
const run = promisify(execFile);

export async function isApacheBenchInstalled(): Promise<boolean> {
  return run('ab', ['-V']).then(
    () => true,
    () => false,
  );
}

/** The source report's own line; one body for all requests, so that the first signs up and the rest get 409. */
export async function runApacheBench(url: string, folder: string, signal: AbortSignal) {
  requireLoopback(url);
  const body = path.join(folder, 'body.json');
  await writeFile(body, JSON.stringify(newPerson()));
  const line = ['-c', String(CONNECTIONS), '-n', String(REQUESTS), '-T', 'application/json', '-p', body];
  try {
    const { stdout } = await run('ab', [...line, `${url}/users/signup`], { signal, timeout: 180_000 });
    return parseApacheBench(stdout);
  } finally {
    await rm(body, { force: true });
  }
}

/** @param output what ab 2.3 prints */
export function parseApacheBench(output: string): ApacheBenchResult {
  const number = (pattern: RegExp) => Number(pattern.exec(output)?.[1] ?? NaN);
  const orNone = (value: number) => (Number.isNaN(value) ? 0 : value);
  const requests = number(/^Complete requests:\s+(\d+)/m);
  if (Number.isNaN(requests)) throw new Error(`ab gave no result:\n${output.slice(-500)}`);
  const failed = orNone(number(/^Failed requests:\s+(\d+)/m));
  const byLength = orNone(number(/^\s+\(.*Length: (\d+)/m));
  return {
    perSecond: number(/^Requests per second:\s+([\d.]+)/m),
    meanMs: number(/^Time per request:\s+([\d.]+) \[ms\] \(mean\)$/m),
    p99Ms: number(/^\s+99%\s+(\d+)/m),
    requests,
    non2xx: orNone(number(/^Non-2xx responses:\s+(\d+)/m)),
    broken: failed - byLength,
  };
}

/** One signs up, all others meet the taken name: anything else is a fault. */
export const isAsExpected = ({ requests, non2xx, broken }: ApacheBenchResult): boolean =>
  requests === REQUESTS && non2xx === REQUESTS - 1 && broken === 0;
