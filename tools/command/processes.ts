// @ts-nocheck
import fs from 'node:fs';
import path from 'node:path';
import { runCommand, sleep } from './run-command';

/** Every process of a stack carries its folder in this variable, so that it can be told from others. */
export const marker = 'TASKFLEET_STACK';

/** @param pid a zombie, whose parent hasn't collected it, counts as dead */
export function isAlive(pid: number) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  return !/^\d+ \(.*\) Z/s.test(readOrEmpty(`/proc/${pid}/stat`));
}

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

/** Other stacks, such as that of the tests, may lie in further folders of a stack's own. */
const serverFolders = ['mongo', 'redis', 'rabbit', 'nginx'];

/** NGINX and Redis overwrite the environment they were started with: their working folder tells then. */
function isOwned(pid: number, dir: string, executables: string | string[]) {
  if (readOrEmpty(`/proc/${pid}/environ`).split('\0').includes(`${marker}=${dir}`)) return true;
  const executable = path.basename(linkOrEmpty(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, ''));
  const [folder] = path.relative(dir, linkOrEmpty(`/proc/${pid}/cwd`)).split(path.sep);
  return executables.includes(executable) && serverFolders.includes(folder);
}

/** Where there is no /proc: the pids that PM2 wrote down, if the program is still one of ours. */
async function findByPidFiles(pidFolders: any[], executables: string | string[]) {
  const files = pidFolders.flatMap((folder: fs.PathLike) =>
    fs.existsSync(folder) ? fs.readdirSync(folder).map((name) => path.join(folder, name)) : [],
  );
  const found = [];
  for (const pid of files.map((file: string) => Number(readOrEmpty(file))).filter(Boolean)) {
    const { stdout } = await runCommand('ps', ['-o', 'comm=', '-p', String(pid)], { timeoutMs: 5_000 });
    if (executables.includes(path.basename(stdout.trim()))) found.push(pid);
  }
  return found;
}

/** Processes that belong to the stack in `dir`, whoever started them. */
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
export async function endProcesses(pids: number[], graceMs: number = 5_000) {
  const send = (signal: string | number | undefined) => {
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
