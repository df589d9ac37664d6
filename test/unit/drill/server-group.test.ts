import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { openGroup } from '../../../ops/drill/failover/server-group';
import { isAlive } from '../../../src/lib/is-alive';
import { interruption } from '../../../tools/command/run-command';
import { newFolder } from '../../support/folder';
import { eventually } from '../../support/wait';

const parent = newFolder();
const folder = path.join(parent, 'group');
const log = path.join(folder, 'one.log');
const program = {
  script: process.execPath,
  args: ['-e', 'console.log(process.pid); setInterval(() => {}, 1000)'],
};

/** Starts a server. @returns its process, once it runs */
async function start(group: Awaited<ReturnType<typeof openGroup>>): Promise<number> {
  group.run('one', parent, program);
  await eventually(() => existsSync(log) && readFileSync(log, 'utf8').endsWith('\n'));
  return Number(readFileSync(log, 'utf8'));
}

describe('the servers of a drill', () => {
  it('end with what a drill that was killed has left', async () => {
    const left = await start(await openGroup(folder, []));
    const group = await openGroup(folder, []);
    await eventually(() => !isAlive(left));
    expect(existsSync(log)).toBe(false);
    expect(group.isRunning('one')).toBe(false);
  });

  it('end after Ctrl-C as well, frozen or not, and leave no folder', async () => {
    const group = await openGroup(folder, []);
    const pid = await start(group);
    expect(group.isRunning('one')).toBe(true);
    group.signal('one', 'SIGSTOP');
    interruption.abort();
    await group.stop();
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  });
});
