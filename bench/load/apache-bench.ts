import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { newPerson } from '../stack/people';
import type { Run } from '../store/result-types';
import { requireLoopback } from './loopback';

export interface ApacheBenchResult {
  perSecond: number;
  meanMs: number;
  p50Ms: number;
  p90Ms: number;
  p99Ms: number;
  maxMs: number;
  requests: number;
  non2xx: number;
  /** Requests that failed otherwise than by a body of another length, which ab counts as failed as well. */
  broken: number;
}

const REQUESTS = 100;
/** As in the source report. */
export const APACHE_BENCH_CONNECTIONS = 10;
const run = promisify(execFile);

export async function isApacheBenchInstalled(): Promise<boolean> {
  return run('ab', ['-V']).then(
    () => true,
    () => false,
  );
}

/** The source report's own line; one body for all requests, so that the first signs up and the rest get 409. */
export async function measureByApacheBench(url: string, folder: string, signal: AbortSignal): Promise<Run> {
  requireLoopback(url);
  const body = path.join(folder, 'body.json');
  await writeFile(body, JSON.stringify(newPerson()));
  const line = [
    '-c',
    String(APACHE_BENCH_CONNECTIONS),
    '-n',
    String(REQUESTS),
    '-T',
    'application/json',
    '-p',
    body,
  ];
  try {
    const { stdout } = await run('ab', [...line, `${url}/users/signup`], { signal, timeout: 180_000 });
    return toRun(parseApacheBench(stdout));
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
    p50Ms: number(/^\s+50%\s+(\d+)/m),
    p90Ms: number(/^\s+90%\s+(\d+)/m),
    p99Ms: number(/^\s+99%\s+(\d+)/m),
    maxMs: number(/^\s+100%\s+(\d+)/m),
    requests,
    non2xx: orNone(number(/^Non-2xx responses:\s+(\d+)/m)),
    broken: failed - byLength,
  };
}

/** One signs up, all others meet the taken name: anything else is a fault. */
export function toRun({ non2xx, broken, ...result }: ApacheBenchResult): Run {
  const signedUp = result.requests - non2xx;
  const isAsExpected = result.requests === REQUESTS && signedUp === 1 && broken === 0;
  const fault = `ab: ${signedUp} of ${result.requests} signed up, ${broken} broken`;
  return { ...result, errors: isAsExpected ? {} : { [fault]: 1 }, figures: {} };
}
