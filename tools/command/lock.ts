import fs from 'node:fs';
import path from 'node:path';
import { interruption, sleep, UserError } from './run-command';
import { codeOf } from '../../src/lib/error-code';
import { isAlive } from '../../src/lib/is-alive';

/** @returns the start time of a process: the system uses a pid again after a while */
function startedAt(pid: number) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

interface Owner {
  /** `0` if the file could not be read. */
  pid: number;
  startedAt?: string;
  command?: string;
  /** Set if `pid` is `0`: the lock was made just now. */
  fresh?: boolean;
}

function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Owner;
  } catch (error) {
    // A lock is empty for a moment between its making and its writing.
    return codeOf(error) === 'ENOENT' ? undefined : { pid: 0, fresh: Date.now() - ageOf(file) < 5_000 };
  }
}

const ageOf = (file: string) => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const isStale = (owner: Owner) =>
  owner.pid ? !isAlive(owner.pid) || startedAt(owner.pid) !== owner.startedAt : !owner.fresh;

/** @returns the live process that holds a lock; `undefined` if none does */
export function holderOf(file: string): Owner | undefined {
  const owner = readOwner(file);
  return owner?.pid && !isStale(owner) ? owner : undefined;
}

/** Names the command as it was typed, such as `npm run reload`; under systemd there is no npm. */
function ownCommand() {
  const { npm_lifecycle_event: name } = process.env;
  if (!name || name === 'npx') return ['npx taskfleet', ...process.argv.slice(2, 3)].join(' ');
  return ['start', 'stop', 'test'].includes(name) ? `npm ${name}` : `npm run ${name}`;
}

const described = ({ pid, command }: Owner) => (command ? `${command}, process ${pid}` : `process ${pid}`);

/** Describes the live process that holds a lock, for people; `undefined` if none does. */
export function nameHolder(file: string): string | undefined {
  const owner = holderOf(file);
  return owner && described(owner);
}

/** Removes a lock whose owner is gone. A second lock keeps two processes from removing each other's new lock. */
function removeStale(file: string) {
  const guard = `${file}.guard`;
  try {
    fs.mkdirSync(guard);
  } catch {
    if (Date.now() - ageOf(guard) > 10_000) fs.rmSync(guard, { recursive: true, force: true });
    return;
  }
  try {
    const owner = readOwner(file);
    if (owner && isStale(owner)) fs.rmSync(file, { force: true });
  } finally {
    fs.rmSync(guard, { recursive: true, force: true });
  }
}

interface LockOptions {
  timeoutMs: number;
  onWait?: (owner: string) => void;
  /** Returns the message of the error; `owner` describes the holder for people. */
  refusal?: (owner: string) => string;
}

/** Takes the lock as `withLock` does. @returns what releases it */
export async function acquireLock(
  file: string,
  { timeoutMs, onWait = () => {}, refusal }: LockOptions,
): Promise<() => void> {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const mine = JSON.stringify({ pid: process.pid, startedAt: startedAt(process.pid), command: ownCommand() });
  const end = Date.now() + timeoutMs;
  for (let isAnnounced = false; ;) {
    try {
      fs.writeFileSync(file, mine, { flag: 'wx', mode: 0o600 });
      break;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    const owner = readOwner(file);
    if (owner && isStale(owner)) {
      removeStale(file);
    } else if (owner && !isAnnounced) {
      isAnnounced = true;
      if (timeoutMs > 0) onWait(described(owner));
    }
    if (interruption.signal.aborted) throw new UserError('interrupted');
    if (owner?.pid && !isStale(owner) && Date.now() >= end) {
      const holder = described(owner);
      throw new UserError(
        refusal?.(holder) ?? `${holder} has been at it for ${timeoutMs / 1000} s (${file}). End it first.`,
      );
    }
    await sleep(200);
  }
  const release = () => {
    if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === mine) fs.rmSync(file, { force: true });
  };
  process.once('exit', release);
  return () => {
    process.removeListener('exit', release);
    release();
  };
}

/**
 * Runs `work` while no other process holds the lock, across clones and commands. The lock of a process that was killed
 * does not count.
 *
 * @throws UserError if the lock is still held after `timeoutMs`
 */
export async function withLock<T>(file: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const release = await acquireLock(file, options);
  try {
    return await work();
  } finally {
    release();
  }
}
