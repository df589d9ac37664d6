import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { newPerson } from '../../tools/kit/people';
import { requireLoopback } from '../../tools/load/connections';
import type { Run } from '../store/result-types';

const REQUESTS = 100;
/** The source report has the same number. */
export const APACHE_BENCH_CONNECTIONS = 10;
const run = promisify(execFile);

export const isApacheBenchInstalled = (): Promise<boolean> =>
  run('ab', ['-V']).then(
    () => true,
    () => false,
  );

/** Runs the source report's own command. All requests have one body, so the first signs up and the rest get 409. */
export async function measureByApacheBench(url: string, folder: string, signal: AbortSignal): Promise<Run> {
  requireLoopback(url);
  const body = path.join(folder, 'body.json');
  await writeFile(body, JSON.stringify(newPerson()));
  const options = ['-c', String(APACHE_BENCH_CONNECTIONS), '-n', String(REQUESTS), '-T', 'application/json'];
  try {
    const args = [...options, '-p', body, `${url}/users/signup`];
    const { stdout } = await run('ab', args, { signal, timeout: 180_000 });
    return toRun(parseApacheBench(stdout));
  } finally {
    await rm(body, { force: true });
  }
}

/**
 * Reads what ab 2.3 prints. `broken` counts failed requests without those that failed only because their body had
 * another length.
 * @throws if there is no result
 */
export function parseApacheBench(output: string) {
  const number = (pattern: RegExp) => Number(pattern.exec(output)?.[1] ?? NaN);
  const orZero = (value: number) => (Number.isNaN(value) ? 0 : value);
  const requests = number(/^Complete requests:\s+(\d+)/m);
  if (Number.isNaN(requests)) throw new Error(`ab gave no result:\n${output.slice(-500)}`);
  const failed = orZero(number(/^Failed requests:\s+(\d+)/m));
  const byLength = orZero(number(/^\s+\(.*Length: (\d+)/m));
  return {
    perSecond: number(/^Requests per second:\s+([\d.]+)/m),
    meanMs: number(/^Time per request:\s+([\d.]+) \[ms\] \(mean\)$/m),
    p50Ms: number(/^\s+50%\s+(\d+)/m),
    p90Ms: number(/^\s+90%\s+(\d+)/m),
    p99Ms: number(/^\s+99%\s+(\d+)/m),
    maxMs: number(/^\s+100%\s+(\d+)/m),
    requests,
    non2xx: orZero(number(/^Non-2xx responses:\s+(\d+)/m)),
    broken: failed - byLength,
  };
}

/** Adds an error unless exactly one request signed up and all others got 409. */
export function toRun({ non2xx, broken, ...result }: ReturnType<typeof parseApacheBench>): Run {
  const signedUp = result.requests - non2xx;
  const isAsExpected = result.requests === REQUESTS && signedUp === 1 && broken === 0;
  const fault = `ab: ${signedUp} of ${result.requests} signed up, ${broken} broken`;
  return { ...result, errors: isAsExpected ? {} : { [fault]: 1 }, figures: {} };
}
