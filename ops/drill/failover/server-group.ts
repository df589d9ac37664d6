import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { hasEnded, waitForEnd } from '../../../tools/command/child-end';
import { findOwned, marker } from '../../../tools/command/processes';
import { UserError } from '../../../tools/command/run-command';

const END_MS = 15_000;

interface Program {
  script: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
}

/**
 * Servers that a drill starts, signals and ends, with their logs in one folder.
 *
 * @param folder of the group; removed now, with all processes of a drill that was killed, and at the end
 * @param executables of these servers
 */
export async function openGroup(folder: string, executables: string[]) {
  const running = new Map<string, ChildProcess>();
  for (const pid of await findOwned({ dir: folder, executables, pidFolders: [] }))
    process.kill(pid, 'SIGKILL');
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });

  return {
    run(name: string, cwd: string, { script, args, env }: Program): void {
      const log = fs.openSync(path.join(folder, `${name}.log`), 'a');
      const ownEnv = { ...process.env, ...env, [marker]: folder };
      running.set(name, spawn(script, args, { cwd, env: ownEnv, stdio: ['ignore', log, log] }));
      fs.closeSync(log);
    },
    isRunning(name: string): boolean {
      const child = running.get(name);
      return child !== undefined && !hasEnded(child);
    },
    signal: (name: string, signal: NodeJS.Signals) => void running.get(name)?.kill(signal),
    /** Kills all of them, also after Ctrl-C. @throws UserError if one does not end */
    async stop(): Promise<void> {
      const children = [...running];
      for (const [, child] of children) child.kill('SIGKILL');
      await Promise.all(children.map(([, child]) => waitForEnd(child, END_MS)));
      fs.rmSync(folder, { recursive: true, force: true });
      const left = children.filter(([, child]) => !hasEnded(child)).map(([name]) => name);
      if (left.length > 0) throw new UserError(`${left.join(', ')} did not end`);
    },
  };
}
