// @ts-nocheck
import fs from 'node:fs';
import path from 'node:path';
import { interruption, sleep, UserError } from './run-command';
import { isAlive } from './processes';

/** A pid is used again after a while: its start time tells two processes apart. */
function startedAt(pid: number) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function readOwner(file: fs.PathOrFileDescriptor) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    // Between its making and its writing a lock is empty for a moment.
    return error.code === 'ENOENT' ? undefined : { pid: 0, fresh: Date.now() - ageOf(file) < 5_000 };
  }
}

const ageOf = (file: fs.PathLike) => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const isStale = (owner: { pid: number; startedAt: string | undefined; fresh: any }) =>
  owner.pid ? !isAlive(owner.pid) || startedAt(owner.pid) !== owner.startedAt : !owner.fresh;

/** Who holds a lock now. */
export function holderOf(file: string): { pid: number; command?: string } | undefined {
  const owner = readOwner(file);
  return owner?.pid && !isStale(owner) ? owner : undefined;
}

/** As it was typed: `npm run reload`; under systemd there is no npm. */
function ownCommand() {
  const { npm_lifecycle_event: name } = process.env;
  if (!name) return ['node', path.relative(process.cwd(), process.argv[1] ?? '')].join(' ').trim();
  return ['start', 'stop', 'test'].includes(name) ? `npm ${name}` : `npm run ${name}`;
}

const described = ({ pid, command }: { pid: number; command?: string }) =>
  command ? `${command}, process ${pid}` : `process ${pid}`;

/** Removes a lock whose owner is gone; a second lock keeps two from removing each other's new one. */
function removeStale(file: fs.PathLike) {
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

/**
 * Lets one process at a time do something, across clones and commands. The lock of a process that was
 * killed doesn't count.
 *
 * @param options refusal: what is said when it is over; `owner` is for people
 */
export async function withLock<T>(
  file: string,
  {
    timeoutMs,
    onWait = () => {},
    refusal,
  }: { timeoutMs: number; onWait?: (owner: string) => void; refusal?: (owner: string) => string },
  work: () => Promise<T>,
): Promise<T> {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const mine = JSON.stringify({ pid: process.pid, startedAt: startedAt(process.pid), command: ownCommand() });
  const end = Date.now() + timeoutMs;
  for (let told = false; ;) {
    try {
      fs.writeFileSync(file, mine, { flag: 'wx', mode: 0o600 });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = readOwner(file);
    if (owner && isStale(owner)) {
      removeStale(file);
    } else if (owner && !told) {
      told = true;
      if (timeoutMs > 0) onWait(described(owner));
    }
    if (interruption.signal.aborted) throw new UserError('interrupted');
    if (owner?.pid && !isStale(owner) && Date.now() >= end) {
      const who = described(owner);
      throw new UserError(
        refusal?.(who) ?? `${who} has been at it for ${timeoutMs / 1000} s (${file}). End it first.`,
      );
    }
    await sleep(200);
  }
  const release = () => {
    if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === mine) fs.rmSync(file, { force: true });
  };
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}
