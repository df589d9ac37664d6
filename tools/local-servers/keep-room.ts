import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { roomOf } from '../../src/lib/disk-level';
import { messageOf } from '../../src/lib/error-code';
import { logSets, reopen, rotate, tooLong, type LogSet } from './logs';
import { askDaemon } from './pm2-daemon';
import type { Pm2Process } from './pm2';
import { createStackFile } from './stack-file';

/**
 * Bounds the logs of a stack, and keeps some room for its database. PM2 of the servers runs it:
 *   keep-room.ts FOLDER HOME_OF_THE_SERVERS HOME_OF_THE_APPS BYTES_OF_A_LOG EARLIER_FILES
 */
const [dir = '', supervisorHome = '', appsHome = '', most, keep] = process.argv.slice(2);
const limits = { most: Number(most), keep: Number(keep) };
const lookMs = 1_000;
/** Free bytes below which a disk counts as full. */
const full = 16e6;
const stackFile = createStackFile(dir);
let prefix: string | undefined;
let sets = logSets({ dir, supervisorHome, appsHome });
const askMs = 5_000;
/** Longer than a worker may take to start; beyond it, a bounded log counts for more. */
const longestWaitMs = 60_000;
/** Since when logs wait for a worker that starts. */
const waiting = new Map<LogSet, number>();
/** Folders of logs whose disk was full at the last look. */
const wereFull = new Set<LogSet>();

/** PM2 writes no further line to a log once its disk was full, until it opens it anew. @returns true if it has to */
function hasRoomAgain(set: LogSet) {
  const isFull = fs.existsSync(set.folder) && roomOf(set.folder).free < full;
  if (isFull) wereFull.add(set);
  return !isFull && wereFull.has(set);
}

/**
 * True while a cluster worker starts. PM2 sends all of them a message to open their logs anew, from which a worker that is
 * just opening them for the first time ends (PM2 7.0.4, `log:reload` in lib/ProcessContainer.js): a reload of the
 * workers would be taken back for it.
 */
async function isStarting(home: string) {
  const list = await askDaemon<Pm2Process[]>(home, 'getMonitorData', {}, { timeoutMs: askMs });
  return list.some(({ pm2_env }) => pm2_env.status === 'launching');
}

/** Waits for a worker that starts, within limits. If PM2 can't be asked, no worker starts. */
async function mayReopen(set: LogSet) {
  if (!set.clusterHome || !(await isStarting(set.clusterHome).catch(() => false))) {
    waiting.delete(set);
    return true;
  }
  const since = waiting.get(set) ?? Date.now();
  waiting.set(set, since);
  return Date.now() - since > longestWaitMs;
}

async function look(set: LogSet) {
  const hasRoom = hasRoomAgain(set);
  const isLong = tooLong(set, limits).length > 0;
  if ((!hasRoom && !isLong) || !(await mayReopen(set))) return;
  rotate(set, limits);
  if (hasRoom) {
    wereFull.delete(set);
    if (!isLong) reopen(set);
  }
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

/** Finds the logs of the apps, whose names change with KEY_PREFIX at a later start. */
function followPrefix() {
  const { KEY_PREFIX } = stackFile.read().env ?? {};
  if (KEY_PREFIX === prefix) return;
  prefix = KEY_PREFIX;
  sets = logSets({ dir, supervisorHome, appsHome, prefix });
}

/** Logs a failure, for example on a full disk: the next look tries again. */
async function attempt(what: string, work: () => unknown) {
  try {
    await work();
  } catch (error) {
    console.error(`${new Date().toISOString()} ${what}: ${messageOf(error)}`);
  }
}

async function keepRoom() {
  for (;;) {
    await attempt('reserve', keepReserve);
    await attempt('stack.json', followPrefix);
    for (const set of sets) await attempt(set.folder, () => look(set));
    await sleep(lookMs);
  }
}

process.once('SIGTERM', () => process.exit(0));
void keepRoom();
