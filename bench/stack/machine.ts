import { execFile } from 'node:child_process';
import os from 'node:os';
import { promisify } from 'node:util';
import { cores } from '../../src/process/cores';
import { root } from '../../tools/command/root';
import type { MachineFacts } from '../store/result-types';

/** @param servers names and versions of the servers of the stack */
export const describeMachine = async (servers: string[]): Promise<MachineFacts> => ({
  cores: cores.count,
  cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
  memoryGb: Math.round(os.totalmem() / 2 ** 30),
  system: `${os.type()} ${os.release()} ${os.arch()}`,
  node: process.version,
  servers,
  commit: await gitCommit(),
  loadAverage: Math.round((os.loadavg()[0] ?? 0) * 100) / 100,
});

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
