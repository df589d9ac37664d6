import fs from 'node:fs';
import path from 'node:path';
import { roomOf } from '../../src/lib/disk-level';
import { messageOf } from '../../src/lib/error-code';
import { logSets, reopen, rotate, type LogSet } from './logs';

/**
 * Bounds the logs of a stack, and keeps some room for its database. PM2 of the servers runs it:
 *   keep-room.ts FOLDER HOME_OF_THE_SERVERS HOME_OF_THE_APPS BYTES_OF_A_LOG EARLIER_FILES
 */
const [dir = '', supervisorHome = '', appsHome = '', most, keep] = process.argv.slice(2);
const limits = { most: Number(most), keep: Number(keep) };
const lookMs = 1_000;
/** Free bytes below which a disk counts as full. */
const full = 16e6;
const sets = logSets({ dir, supervisorHome, appsHome });
/** Folders of logs whose disk was full at the last look. */
const wereFull = new Set<LogSet>();

/** PM2 writes no further line to a log once its disk was full, until it opens it anew. */
function revive(set: LogSet) {
  if (!fs.existsSync(set.folder)) return;
  const isFull = roomOf(set.folder).free < full;
  if (!isFull && wereFull.has(set)) {
    wereFull.delete(set);
    reopen(set);
  } else if (isFull) wereFull.add(set);
}

/**
 * A file that only takes room, which the database gets if another program uses up all the rest: without any room it
 * would end at its next checkpoint, a minute later at most, and the reads with it.
 */
function keepReserve() {
  const folder = path.join(dir, 'mongo', 'data');
  if (!fs.existsSync(folder)) return;
  const file = path.join(folder, 'reserve');
  const { free, size } = roomOf(folder);
  const bytes = Math.min(128e6, Math.floor(size / 20));
  if (free < full) fs.rmSync(file, { force: true });
  else if (free > 8 * bytes && !fs.existsSync(file)) {
    // Written out: an empty file of that length would take no room.
    const handle = fs.openSync(file, 'wx', 0o600);
    try {
      for (let left = bytes; left > 0; left -= 1e6) fs.writeSync(handle, Buffer.alloc(Math.min(left, 1e6)));
    } finally {
      fs.closeSync(handle);
    }
  }
}

/** Logs a failure, for example on a full disk: the next look tries again. */
function attempt(what: string, work: () => void) {
  try {
    work();
  } catch (error) {
    console.error(`${new Date().toISOString()} ${what}: ${messageOf(error)}`);
  }
}

setInterval(() => {
  attempt('reserve', keepReserve);
  for (const set of sets) {
    attempt(set.folder, () => rotate(set, limits));
    attempt(set.folder, () => revive(set));
  }
}, lookMs);
process.once('SIGTERM', () => process.exit(0));
