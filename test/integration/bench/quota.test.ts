import { spawn, type ChildProcess } from 'node:child_process';
import os from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { countCpuTime } from '../../../bench/figures/cpu-time';
import { openQuota, type Quota } from '../../../tools/quota/quota';
import { eventually } from '../../support/wait';

/** Two threads, as an API worker has: together they may have no more than one. */
const BUSY = `
  const { Worker } = require('node:worker_threads');
  new Worker('for (;;);', { eval: true });
  for (;;);`;
const WINDOW_MS = 2_000;

let child: ChildProcess | undefined;
let quota: Quota | undefined;

afterEach(async () => {
  await quota?.release();
  child?.kill('SIGKILL');
});

async function coresInUse(pid: number): Promise<number> {
  const since = countCpuTime([{ name: 'child', pids: [pid] }]);
  await setTimeout(WINDOW_MS);
  return since()?.child ?? NaN;
}

/** What else runs on this machine shall not be what holds it back. */
function preferProcess(pid: number): void {
  try {
    os.setPriority(pid, os.constants.priority.PRIORITY_HIGHEST);
  } catch {
    // This user may set quotas, but no priorities.
  }
}

describe('the CPU quota of a bench', () => {
  it('holds all threads of a process to its part of a core, until it is released', async () => {
    const opened = await openQuota('integration');
    if ('reason' in opened) {
      process.stderr.write(`\nNOT TESTED: CPU quotas on the real kernel, since ${opened.reason}.\n`);
      expect(opened.reason).not.toBe('');
      return;
    }
    quota = opened;
    child = spawn(process.execPath, ['-e', BUSY], { stdio: 'ignore' });
    const pid = child.pid!;
    preferProcess(pid);
    await setTimeout(500);
    quota.hold('busy', [pid], 0.2);
    // Never more than its part; less only while what else runs on this machine leaves it less.
    await eventually(async () => {
      const held = await coresInUse(pid);
      expect(held).toBeLessThan(0.25);
      return held > 0.15;
    });
    expect(quota.throttled('busy').throttledPeriods).toBeGreaterThan(0);
    expect(quota.holds('busy', pid)).toBe(true);
    await quota.release();
    await eventually(async () => (await coresInUse(pid)) > 0.25);
  });
});
