import { spreadSeconds } from '../lib/retry-after';
import { InsufficientStorageError } from '../problems/errors';
import { within } from '../lib/deadline';
import type { Logger } from '../process/logger';
import { roomAt, type Room } from '../lib/disk-level';

/** Returns the bytes that stay free on the disk of the database: `most`, or a tenth of a small disk. */
export const reserveOf = ({ size }: Room, most: number): number => Math.min(most, size / 10);

export type DiskWatch = ReturnType<typeof createDiskWatch>;

interface DiskWatchDeps {
  /** Folders by the name of their content: `database` and any others. */
  places: Record<string, string>;
  /** Asks the database itself, unless `places` names its folder; `undefined` if unknown. */
  askDatabase: () => Promise<Room | undefined>;
  /** Bytes that must stay free on the database's disk; `0` never refuses. */
  reserve: number;
  onRefused: () => void;
  logger: Logger;
}

/** Counted and logged as a refusal rather than as a failure of each request. */
class NoRoomError extends InsufficientStorageError {
  override readonly isRefusal = true;
}

/** In this time a program that writes 500 MB/s uses up half of the default reserve. */
const FOLDERS_MS = 500;
/** MongoDB adds up its collections for an answer. */
const DATABASE_MS = 5_000;
const RETRY_SECONDS = 15;

/**
 * Watches the free room of disks and refuses writes while the database's disk has less than its reserve: a database
 * without room ends or hangs, and takes the reads along.
 */
export function createDiskWatch({ places, askDatabase, reserve, onRefused, logger }: DiskWatchDeps) {
  let rooms: Record<string, Room> = {};
  let isFull = false;
  let timer: NodeJS.Timeout | undefined;
  let askedAt = -Infinity;
  let stopped = false;

  async function lookAtDatabase(): Promise<Room | undefined> {
    if (places.database !== undefined) return roomAt(places.database);
    if (performance.now() - askedAt < DATABASE_MS) return rooms.database;
    askedAt = performance.now();
    return within(askDatabase(), DATABASE_MS, undefined).catch(() => undefined);
  }

  async function look(): Promise<void> {
    const names = [...new Set(['database', ...Object.keys(places)])];
    const found = await Promise.all(
      names.map(async (name) => [
        name,
        await (name === 'database' ? lookAtDatabase() : roomAt(places[name]!)),
      ]),
    );
    rooms = Object.fromEntries(found.filter(([, room]) => room)) as Record<string, Room>;
    const { database } = rooms;
    // A database that has ended or hangs, perhaps for lack of room, reports nothing: the last state holds.
    if (!database) return;
    const wasFull = isFull;
    isFull = database.free < reserveOf(database, reserve);
    if (isFull === wasFull) return;
    const freeMb = Math.round(database.free / 1e6);
    if (isFull) logger.error({ freeMb }, 'The disk of the database is nearly full: refusing writes');
    else logger.info({ freeMb }, 'The disk of the database has room again: accepting writes');
  }

  async function lookOn(): Promise<void> {
    await look();
    if (!stopped) timer = setTimeout(() => void lookOn(), FOLDERS_MS).unref();
  }

  return {
    start: lookOn,

    stop(): void {
      stopped = true;
      clearTimeout(timer);
    },

    /** Result of the last look by place; a place that could not be looked at is left out. */
    rooms: (): Record<string, Room> => rooms,

    isFull: (): boolean => isFull,

    /** @throws InsufficientStorageError (507) while the disk of the database is nearly full */
    requireRoom(): void {
      if (!isFull) return;
      onRefused();
      throw new NoRoomError(
        'The disk of the database is nearly full. The request had no effect. Try again once the operator has made room.',
        spreadSeconds(RETRY_SECONDS),
      );
    },
  };
}
