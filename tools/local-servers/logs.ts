import fs from 'node:fs';
import path from 'node:path';
import { codeOf } from '../../src/lib/error-code';

/** Bytes from which a log is put aside as NAME.1, in place of the one that was put aside before. */
export const longest = 10e6;

/**
 * Logs of one writer. `signal` makes the process that `pidFile` names open them anew. A writer without a signal never
 * does, so its logs are copied and emptied in place; what it writes between the two is lost.
 */
export interface LogSet {
  folder: string;
  name: RegExp;
  signal?: NodeJS.Signals;
  pidFile?: string;
}

/**
 * The logs of a stack in `dir`, by their writers.
 *
 * @param stack the homes of both PM2
 */
export const logSets = ({
  dir,
  supervisorHome,
  appsHome,
}: {
  dir: string;
  supervisorHome: string;
  appsHome: string;
}): LogSet[] => [
  // PM2 opens the logs of its processes anew on SIGUSR2, NGINX its own on SIGUSR1.
  {
    folder: path.join(dir, 'logs'),
    name: /\.log$/,
    signal: 'SIGUSR2',
    pidFile: path.join(supervisorHome, 'pm2.pid'),
  },
  {
    folder: path.join(appsHome, 'logs'),
    name: /^taskfleet-.*\.log$/,
    signal: 'SIGUSR2',
    pidFile: path.join(appsHome, 'pm2.pid'),
  },
  {
    folder: path.join(dir, 'nginx'),
    name: /\.log$/,
    signal: 'SIGUSR1',
    pidFile: path.join(dir, 'nginx', 'nginx.pid'),
  },
  { folder: supervisorHome, name: /^pm2\.log$/ },
  { folder: appsHome, name: /^pm2\.log$/ },
];

export function logsIn({ folder, name }: LogSet): { file: string; size: number }[] {
  const names = fs.existsSync(folder) ? fs.readdirSync(folder).filter((file) => name.test(file)) : [];
  return names.map((file) => {
    const whole = path.join(folder, file);
    return { file: whole, size: fs.statSync(whole, { throwIfNoEntry: false })?.size ?? 0 };
  });
}

/** Makes the writer open its logs anew. */
export function reopen({ signal, pidFile }: LogSet) {
  if (!signal || !pidFile) return;
  try {
    const pid = Number(fs.readFileSync(pidFile, 'utf8'));
    // A full disk leaves the file empty, and 0 is the group of this process.
    if (pid > 0) process.kill(pid, signal);
  } catch (error) {
    // If the writer has ended, no process has to open the log.
    if (!['ESRCH', 'ENOENT'].includes(codeOf(error) ?? '')) throw error;
  }
}

/** Puts aside the logs of a writer that got too long. @param most bytes */
export function rotate(set: LogSet, most = longest) {
  const long = logsIn(set).filter(({ size }) => size > most);
  for (const { file } of long) {
    if (set.signal) {
      fs.renameSync(file, `${file}.1`);
    } else {
      // Removes the older copy first, since a full disk has no room for another.
      fs.rmSync(`${file}.1`, { force: true });
      try {
        fs.copyFileSync(file, `${file}.1`);
      } finally {
        fs.truncateSync(file);
      }
    }
  }
  if (long.length > 0) reopen(set);
}
