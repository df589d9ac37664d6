import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { newFolder } from '../../support/folder';
import { holderOf, withLock } from '../../../tools/command/lock';

let dir: string;
let file: string;
const lifecycle = process.env.npm_lifecycle_event;
beforeEach(() => {
  dir = newFolder();
  file = path.join(dir, 'supervise.lock');
  process.env.npm_lifecycle_event = 'supervise';
});
afterEach(() => {
  if (lifecycle === undefined) delete process.env.npm_lifecycle_event;
  else process.env.npm_lifecycle_event = lifecycle;
});

const refuse = { timeoutMs: 0, refusal: (owner: string) => `held by ${owner}` };
const run = () => Promise.resolve('done');

describe('the lock of a command', () => {
  it('names its holder by process id and command, and refuses a second holder at once', async () => {
    await withLock(file, refuse, async () => {
      expect(holderOf(file)).toMatchObject({ pid: process.pid, command: 'npm run supervise' });
      const expected = `held by npm run supervise, process ${process.pid}`;
      await expect(withLock(file, refuse, run)).rejects.toThrow(expected);
    });
    expect(holderOf(file)).toBeUndefined();
  });

  it('names the command to those that wait for it', async () => {
    process.env.npm_lifecycle_event = 'start';
    const told: string[] = [];
    let second: Promise<string> | undefined;
    await withLock(file, refuse, async () => {
      second = withLock(file, { timeoutMs: 10_000, onWait: (owner) => told.push(owner) }, run);
      await new Promise((resolve) => setTimeout(resolve, 300));
    });
    await expect(second).resolves.toBe('done');
    expect(told).toEqual([`npm start, process ${process.pid}`]);
  });

  it('is free if its holder has ended, even if another process has the same id', async () => {
    for (const owner of [
      { pid: 4_194_304, startedAt: '1' },
      { pid: process.pid, startedAt: '1' },
    ]) {
      writeFileSync(file, JSON.stringify(owner));
      expect(holderOf(file)).toBeUndefined();
      await expect(withLock(file, refuse, run)).resolves.toBe('done');
    }
  });
});
