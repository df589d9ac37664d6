import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port';
import { eventually } from './wait';

const accepts = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => socket.destroy() && resolve(true));
    socket.once('error', () => resolve(false));
  });

/** Starts a Redis, or a sentinel, that a test may kill and freeze. */
export async function startRedis(more: string[] = [], kind: 'server' | 'sentinel' = 'server') {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'taskfleet-redis-'));
  const port = await freePort();
  let process: ChildProcess;

  async function start(): Promise<void> {
    const args = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      dir,
      '--save',
      '',
      '--appendonly',
      'no',
      // A replica gets its data at once.
      '--repl-diskless-sync-delay',
      '0',
      ...more,
    ];
    if (kind === 'sentinel') {
      const file = path.join(dir, 'sentinel.conf');
      await writeFile(file, `port ${port}\nbind 127.0.0.1\ndir ${dir}\n`);
      process = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' });
    } else process = spawn('redis-server', args, { stdio: 'ignore' });
    await eventually(() => accepts(port));
  }
  async function stop(): Promise<void> {
    if (process.exitCode !== null || process.signalCode !== null) return;
    process.kill('SIGKILL');
    await once(process, 'exit');
  }

  const command = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('redis-cli', ['-p', String(port), ...args])).stdout;

  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    start,
    stop,
    remove: async (): Promise<void> => {
      await stop();
      await rm(dir, { recursive: true });
    },
    command,
    /** Writes a snapshot, which the next start loads. */
    save: () => command('save'),
    freeze: () => void process.kill('SIGSTOP'),
    thaw: () => void process.kill('SIGCONT'),
  };
}
