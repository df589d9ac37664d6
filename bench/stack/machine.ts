import { execFile } from 'node:child_process';
import os from 'node:os';
import { promisify } from 'node:util';
import type { StackInfo } from '../../scripts/stack/stack';
import { root } from '../store/folders';

export type MachineFacts = Awaited<ReturnType<typeof describeMachine>>;

/** On what the figures were measured. */
export async function describeMachine({ servers }: StackInfo) {
  const [load = 0] = os.loadavg();
  return {
    cores: os.availableParallelism(),
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    servers,
    commit: await gitCommit(),
    /** Over the last minute, before the bench began. */
    loadAverage: Math.round(load * 100) / 100,
  };
}

/** `+` after it where files differ from it; undefined outside a clone. */
async function gitCommit(): Promise<string | undefined> {
  const git = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)('git', args, { cwd: root });
    return stdout.trim();
  };
  try {
    const changed = await git('status', '--porcelain', '--untracked-files=no');
    return `${await git('rev-parse', '--short', 'HEAD')}${changed ? '+' : ''}`;
  } catch {
    return undefined;
  }
}
