import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endChild, hasEnded, waitForEnd } from '../../../tools/command/child-end';
import { interruption } from '../../../tools/command/run-command';

/** Starts a program that prints a line once it runs. */
async function start(script: string) {
  const child = spawn(process.execPath, ['-e', `${script}; console.log('runs')`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  return child;
}
const slow = `process.on('SIGTERM', () => setTimeout(() => process.exit(3), 300)); setInterval(() => {}, 1000)`;
const deaf = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)`;

describe('the end of a process', () => {
  it('is awaited after Ctrl-C as before it', async () => {
    const child = await start(slow);
    interruption.abort();
    await endChild(child, 20_000);
    expect(child.exitCode).toBe(3);
  });

  it('is forced if the process ignores the request', async () => {
    const child = await start(deaf);
    await endChild(child, 200);
    expect(child.signalCode).toBe('SIGKILL');
  });

  it('is awaited no longer than asked for', async () => {
    const child = await start(deaf);
    expect(await waitForEnd(child, 100)).toBe(false);
    child.kill('SIGKILL');
    expect(await waitForEnd(child, 20_000)).toBe(true);
    expect(await waitForEnd(child, 0)).toBe(true);
  });

  it('has come if the program does not exist', async () => {
    const child = spawn('/does/not/exist', { stdio: 'ignore' });
    child.once('error', () => {});
    expect(await waitForEnd(child, 20_000)).toBe(true);
    expect(hasEnded(child)).toBe(true);
  });
});
