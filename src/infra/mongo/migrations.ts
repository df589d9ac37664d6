import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../process/logger';
import { connectMongo, PATIENT, type Database, type Mongo } from './mongo';
import { createLock } from './lock';

export type Migrations = ReturnType<typeof createMigrations>;

/** Which have been applied: migrate-mongo's own list. */
export const CHANGELOG = 'migrations';
const EXTENSION = '.js';
const WAIT_MS = 600_000;
const LOOK_MS = 100;
const SAY_MS = 10_000;

interface MigrationsOptions {
  db: Database;
  url: string;
  /** Compiled ones: `date-name.js`. */
  folder: string;
  logger: Pick<Logger, 'info'>;
  leaseMs?: number;
  /** How long to wait for another process. */
  waitMs?: number;
}

/**
 * Runs migrate-mongo under a lock of our own: its own is looked at before it is set, so two processes that start at
 * the same moment would both run, and it isn't renewed.
 */
export function createMigrations(options: MigrationsOptions) {
  const { db, url, folder, logger, leaseMs, waitMs = WAIT_MS } = options;

  const names = async () => (await readdir(folder)).filter((file) => path.extname(file) === EXTENSION).sort();

  async function applied(): Promise<string[]> {
    const log = await db.collection<{ fileName: string }>(CHANGELOG).find().toArray();
    return log.map(({ fileName }) => fileName);
  }

  async function pending(): Promise<string[]> {
    const [all, done] = await Promise.all([names(), applied()]);
    return all.filter((name) => !done.includes(name));
  }

  /** A connection of its own: a migration may take longer than a request would wait, and ends with it. */
  async function withLibrary(lost: AbortSignal, work: (library: Library, mongo: Mongo) => Promise<unknown>) {
    const library = await import('migrate-mongo');
    library.config.set({
      migrationsDir: folder,
      migrationFileExtension: EXTENSION,
      changelogCollectionName: CHANGELOG,
      lockTtl: 0,
      moduleSystem: 'commonjs',
    });
    const mongo = await connectMongo(url, PATIENT);
    const close = () => void mongo.close();
    lost.addEventListener('abort', close);
    try {
      lost.throwIfAborted();
      await work(library, mongo);
    } finally {
      lost.removeEventListener('abort', close);
      await mongo.close();
    }
  }

  /** Waits for whoever has the lock, until there is nothing left to do. */
  async function alone(isOver: () => Promise<boolean>, work: Work): Promise<void> {
    const lock = createLock(db, CHANGELOG, leaseMs);
    const giveUp = performance.now() + waitMs;
    for (let said = performance.now(); ;) {
      if (await isOver()) return;
      if (await lock.attempt(work)) return;
      if (performance.now() > giveUp) throw new Error(`${await waitedFor(lock)}\n${LOOK}`);
      if (performance.now() - said > SAY_MS) {
        said = performance.now();
        logger.info(await waitedFor(lock));
      }
      await sleep(LOOK_MS);
    }
  }

  const waitedFor = async ({ holder }: ReturnType<typeof createLock>) =>
    `Waiting for the migrations, which another process runs (${(await holder()) ?? 'it has just ended'}).`;

  async function runPending(lost: AbortSignal): Promise<void> {
    const todo = await pending();
    if (todo.length === 0) return;
    logger.info({ migrations: todo }, 'Migrating');
    const began = performance.now();
    try {
      await withLibrary(lost, ({ up }, mongo) => up(mongo.db, mongo.client));
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${FAILED}`, { cause: error });
    }
    logger.info({ migrations: todo, ms: Math.round(performance.now() - began) }, 'Migrated');
  }

  return {
    applied,
    names,

    /** Applies what wasn't yet; one process does, the others wait. One small read where there is nothing to do. */
    up: (): Promise<void> => alone(async () => (await pending()).length === 0, runPending),

    /** Does `work` while nobody migrates, and lets those who start wait. */
    whileNobodyMigrates: (work: Work): Promise<void> => alone(async () => false, work),

    /** Takes back the one that was applied last. @returns its name; undefined where there is none */
    async down(): Promise<string | undefined> {
      let last: string | undefined;
      const takeBack: Work = async (lost) => {
        const done = await applied();
        last = (await names()).filter((name) => done.includes(name)).at(-1);
        if (last === undefined) return;
        // Not by import(), which takes `#` and `%` in a path for parts of an address.
        const migration = createRequire(__filename)(path.join(folder, last)) as { down?: unknown };
        if (!migration.down)
          throw new Error(`${last} has no way back. Restore a backup, or mend it by a new migration.`);
        await withLibrary(lost, ({ down }, mongo) => down(mongo.db, mongo.client));
      };
      await alone(async () => false, takeBack);
      return last;
    },

    async status(): Promise<{ name: string; appliedAt: string }[]> {
      const log = await db.collection<{ fileName: string; appliedAt: Date }>(CHANGELOG).find().toArray();
      const times = new Map(log.map(({ fileName, appliedAt }) => [fileName, appliedAt.toISOString()]));
      const all = [...new Set([...(await names()), ...times.keys()])].sort();
      return all.map((name) => ({ name, appliedAt: times.get(name) ?? 'pending' }));
    },
  };
}

type Library = typeof import('migrate-mongo');
type Work = (lost: AbortSignal) => Promise<void>;

const FAILED = `Those before it are applied and stay so; this one is tried again at the next start, or by
\`npm run migrate\`. Put right what it stumbled over, or run the version before: it works with this data.`;
const LOOK =
  '`npm run migrate -- status` tells what is applied. A lock of a process that died ends by itself.';
