import { UserError } from '../../tools/command/run-command';

/** Resolves to the status of the answer; rejects if none comes in time. */
export async function askStatus(url: string, timeoutMs: number): Promise<number> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  await response.arrayBuffer();
  return response.status;
}

/** @throws UserError unless the answer is 200 */
export async function requireOk(url: string, timeoutMs: number) {
  const status = await askStatus(url, timeoutMs);
  if (status !== 200) throw new UserError(`${url} answers ${status}`);
}
