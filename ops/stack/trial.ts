import fs from 'node:fs';
import path from 'node:path';
import { fork, type ChildProcess } from 'node:child_process';
import { messageOf } from '../../src/lib/error-code';
import { workerVariables } from '../../src/config/app-environment';
import { findFree } from '../../tools/local-servers/ports';
import { interruption, UserError } from '../../tools/command/run-command';
import { forPeople, lastLines } from '../../tools/local-servers/app-logs';
import { requireOk } from './ask-status';

const stopMs = 15_000;

function end(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGINT');
    setTimeout(() => child.kill('SIGKILL'), stopMs).unref();
  });
}

/**
 * Starts one process of a build beside those that serve.
 *
 * @param check runs once the process says that it is ready
 */
async function tryProcess(file: string, env: NodeJS.ProcessEnv, limitMs: number, check: () => Promise<void>) {
  const child = fork(file, [], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
  let said = '';
  const keep = (chunk: Buffer) => (said = (said + chunk.toString()).slice(-10_000));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  let limit: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      child.on('message', (message) => message === 'ready' && resolve());
      child.once('error', reject);
      // Not at 'exit': the last output may come after that.
      child.once('close', (code, signal) => reject(new Error(`it ended (${signal ?? `status ${code}`})`)));
      const giveUp = () => reject(new Error(`it was not ready within ${limitMs / 1_000} s`));
      // Not AbortSignal.any of a time-out: that one may be collected as garbage before it fires (nodejs/node#57736).
      limit = setTimeout(giveUp, limitMs);
      interruption.signal.addEventListener('abort', giveUp, { once: true });
    });
    await check();
  } catch (error) {
    // The message of fetch says only that it failed; its cause names the reason.
    const { cause } = error as { cause?: unknown };
    const reason = [messageOf(error), ...(cause ? [messageOf(cause)] : [])].join(': ');
    const last = lastLines(said).split('\n').map(forPeople).join('\n');
    throw new UserError(
      `${path.basename(file)}: ${reason}; it printed ${last ? `last:\n${last}` : 'nothing'}`,
    );
  } finally {
    clearTimeout(limit);
    await end(child);
  }
}

/**
 * Boots a build, with the configuration that it will have, on a spare port: with the real servers behind it,
 * without a request from outside, without taking a job.
 *
 * @param folder with api.js and worker.js
 * @throws UserError that says why the build isn't fit to serve
 */
export async function tryBuild(
  folder: string,
  env: Record<string, string>,
  { limitMs, status = () => {} }: { limitMs: number; status?: (text: string) => void },
) {
  for (const file of ['api.js', 'worker.js']) {
    if (!fs.existsSync(path.join(folder, file))) throw new UserError(`${folder} has no ${file}.`);
  }
  const port = await findFree(Number(env.BASE_PORT) + 2_000);
  const url = `http://127.0.0.1:${port}`;
  const alone = { BALANCER_URL: '', RUN_DIR: '', INTERNAL_PORT: '', NODE_APP_INSTANCE: '0' };
  const own = { BASE_PORT: String(port), HOST: '127.0.0.1', ...alone };
  const trial = { ...process.env, ...env, ...own, TASKFLEET_TRIAL: 'true' };
  status('trying api.js on a spare port');
  await tryProcess(path.join(folder, 'api.js'), trial, limitMs, async () => {
    for (const place of ['/health/ready', '/openapi.json']) await requireOk(`${url}${place}`, 5_000);
  });
  status('trying worker.js');
  await tryProcess(path.join(folder, 'worker.js'), workerVariables(trial), limitMs, async () => {});
}
