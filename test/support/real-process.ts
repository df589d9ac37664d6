import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const dist = path.join(__dirname, '..', '..', 'dist');
type Variables = Record<string, string>;

function run(file: string, args: string[], env: Variables, stdio: 'pipe' | 'ipc' = 'pipe') {
  const child = spawn(process.execPath, [path.join(dist, file), ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...(stdio === 'ipc' ? (['ipc'] as const) : [])],
  });
  const printed = { stdout: '', stderr: '' };
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (printed.stdout += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (printed.stderr += text));
  return { child, printed, ended: once(child, 'close') as Promise<[number | null]> };
}

/** Starts the built API or job worker as a process, waits until it is ready, and keeps all that it prints. */
export async function startProcess(name: 'api' | 'worker', env: Variables) {
  const { child, printed, ended } = run(`${name}.js`, [], env, 'ipc');
  const died = ended.then(() => Promise.reject(new Error(`${name} ended: ${printed.stderr}`)));
  died.catch(() => {});
  await Promise.race([once(child, 'message'), died]);
  return {
    printed,
    async stop(): Promise<void> {
      child.kill('SIGINT');
      await ended;
    },
  };
}

/** Starts the same without a channel to it, as a container does. Ask it whether it serves. */
export const startAlone = (name: 'api' | 'worker', env: Variables) => run(`${name}.js`, [], env);

/** Runs a command of dist/cli to its end. */
export async function runCommand(name: string, args: string[], env: Variables) {
  const { printed, ended } = run(path.join('cli', `${name}.js`), args, env);
  const [status] = await ended;
  return { status, ...printed };
}

/** Runs a command of dist/cli whose readers leave after its first line, like `2>&1 | head -1`. @returns its status */
export async function runUnread(name: string, args: string[], env: Variables): Promise<number | null> {
  const { child, ended } = run(path.join('cli', `${name}.js`), args, env);
  for (const stream of [child.stdout!, child.stderr!]) stream.once('data', () => stream.destroy());
  const [status] = await ended;
  return status;
}
