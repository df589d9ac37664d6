import fs from 'node:fs';
import path from 'node:path';
import { isAlive } from '../../src/lib/is-alive';
import { runCommand, sleep } from './run-command';

/** Variable in which every process of a stack carries the folder of that stack. */
export const marker = 'TASKFLEET_STACK';

function readOrEmpty(file: string) {
  try {
    return fs.readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function linkOrEmpty(link: string) {
  try {
    return fs.readlinkSync(link);
  } catch {
    return '';
  }
}

/** A stack's own folder may hold other stacks too, such as that of the tests. */
const serverFolders = ['mongo', 'redis', 'rabbit', 'nginx'];

/** Judges by the environment, or by the working folder: NGINX and Redis overwrite the environment they started with. */
function isOwned(pid: number, dir: string, executables: string[]) {
  if (readOrEmpty(`/proc/${pid}/environ`).split('\0').includes(`${marker}=${dir}`)) return true;
  const executable = path.basename(linkOrEmpty(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, ''));
  const [folder = ''] = path.relative(dir, linkOrEmpty(`/proc/${pid}/cwd`)).split(path.sep);
  return executables.includes(executable) && serverFolders.includes(folder);
}

/** Reads the pid files of PM2 on a system without /proc, and keeps the processes that still run one of our programs. */
async function findByPidFiles(pidFolders: string[], executables: string[]) {
  const files = pidFolders.flatMap((folder) =>
    fs.existsSync(folder) ? fs.readdirSync(folder).map((name) => path.join(folder, name)) : [],
  );
  const found = [];
  for (const pid of files.map((file) => Number(readOrEmpty(file))).filter(Boolean)) {
    const { stdout } = await runCommand('ps', ['-o', 'comm=', '-p', String(pid)], { timeoutMs: 5_000 });
    if (executables.includes(path.basename(stdout.trim()))) found.push(pid);
  }
  return found;
}

/** Lists the processes that belong to the stack in `dir`. */
export async function findOwned({
  dir,
  executables,
  pidFolders,
}: {
  dir: string;
  executables: string[];
  pidFolders: string[];
}): Promise<number[]> {
  if (!fs.existsSync('/proc/self/environ')) return findByPidFiles(pidFolders, executables);
  const pids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => pid !== process.pid && isOwned(pid, dir, executables));
}

/** Ends processes: asks first, and insists after `graceMs`. */
export async function endProcesses(pids: number[], graceMs = 5_000) {
  const send = (signal: NodeJS.Signals) => {
    for (const pid of pids.filter(isAlive)) {
      try {
        process.kill(pid, signal);
      } catch {
        // It ended by itself.
      }
    }
  };
  send('SIGTERM');
  for (let waited = 0; pids.some(isAlive) && waited < graceMs; waited += 100) await sleep(100);
  send('SIGKILL');
  for (let waited = 0; pids.some(isAlive) && waited < 2_000; waited += 50) await sleep(50);
}
