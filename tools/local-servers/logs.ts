import fs from 'node:fs';
import path from 'node:path';
import { codeOf } from '../../src/lib/error-code';

/** When a log turns over, and how many of before are kept. */
export interface LogLimits {
  /** Bytes from which a log becomes NAME.1, NAME.1 becomes NAME.2, and so on. */
  most: number;
  /** Number of the last one that is kept. */
  keep: number;
}

/**
 * Logs of one writer. `signal` makes the process that `pidFile` names open them anew. A writer without a signal never
 * does, so its logs are copied and emptied in place; what it writes in the moment between the two is lost.
 */
export interface LogSet {
  folder: string;
  name: RegExp;
  signal?: NodeJS.Signals;
  pidFile?: string;
  /** Home of the PM2 whose cluster workers open their logs themselves. */
  clusterHome?: string;
}

/**
 * The logs of a stack in `dir`, by their writers.
 *
 * @param stack the homes of both PM2; prefix: KEY_PREFIX, with which PM2 names the apps and their logs
 */
export const logSets = ({
  dir,
  supervisorHome,
  appsHome,
  prefix,
}: {
  dir: string;
  supervisorHome: string;
  appsHome: string;
  prefix?: string;
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
    // After a change of the prefix, the logs of before stay for a while.
    name: new RegExp(`^(?:taskfleet|${prefix || 'taskfleet'})-(?:api|worker)-.*\\.log$`),
    signal: 'SIGUSR2',
    pidFile: path.join(appsHome, 'pm2.pid'),
    clusterHome: appsHome,
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

/** Moves NAME.1 to NAME.2 and so on, and drops what lies beyond the last one. */
function makeWay(file: string, keep: number) {
  const folder = path.dirname(file);
  const prefix = `${path.basename(file)}.`;
  const numbers = fs
    .readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((a, b) => b - a);
  for (const number of numbers) {
    if (number >= keep) fs.rmSync(`${file}.${number}`, { force: true });
    else fs.renameSync(`${file}.${number}`, `${file}.${number + 1}`);
  }
}

/** Copies a log to its present end, and empties it in the same moment. */
function copyAndEmpty(file: string, copy: string) {
  const chunk = Buffer.alloc(64_000);
  const [source, target] = [fs.openSync(file, 'r'), fs.openSync(copy, 'w', 0o600)];
  try {
    for (let bytes = fs.readSync(source, chunk); bytes > 0; bytes = fs.readSync(source, chunk))
      fs.writeSync(target, chunk, 0, bytes);
  } finally {
    fs.truncateSync(file);
    fs.closeSync(source);
    fs.closeSync(target);
  }
}

/** @returns the logs of a writer that got too long */
export const tooLong = (set: LogSet, { most }: LogLimits) => logsIn(set).filter(({ size }) => size > most);

/** Turns over the logs of a writer that got too long. @returns these */
export function rotate(set: LogSet, limits: LogLimits): string[] {
  const { keep } = limits;
  const long = tooLong(set, limits);
  for (const { file } of long) {
    makeWay(file, keep);
    if (set.signal) fs.renameSync(file, `${file}.1`);
    else copyAndEmpty(file, `${file}.1`);
  }
  if (long.length > 0) reopen(set);
  return long.map(({ file }) => file);
}
