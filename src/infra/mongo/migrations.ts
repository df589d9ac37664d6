import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Logger } from '../../process/logger';
import { connectMongo, PATIENT, type Database, type Mongo } from './mongo';
import { createLock, type Lock } from './lock';

export type Migrations = ReturnType<typeof createMigrations>;

/** Collection in which migrate-mongo lists the applied migrations. */
export const CHANGELOG = 'migrations';
const EXTENSION = '.js';
/** How long a process waits for another one that migrates. */
export const MIGRATION_WAIT_MS = 600_000;

interface MigrationsOptions {
  db: Database;
  url: string;
  /** Folder of compiled migrations, `date-name.js`. */
  folder: string;
  logger: Pick<Logger, 'info'>;
  leaseMs?: number;
  /** How long to wait for another process that migrates. */
  waitMs?: number;
}

/**
 * Runs migrate-mongo under our own lock: the library checks its lock before it sets it, so two processes that start
 * at the same moment would both run, and it does not renew the lock.
 */
export function createMigrations(options: MigrationsOptions) {
  const { db, url, folder, logger, leaseMs, waitMs = MIGRATION_WAIT_MS } = options;

  const names = async () => (await readdir(folder)).filter((file) => path.extname(file) === EXTENSION).sort();

  async function applied(): Promise<string[]> {
    const log = await db.collection<{ fileName: string }>(CHANGELOG).find().toArray();
    return log.map(({ fileName }) => fileName);
  }

  async function pending(): Promise<string[]> {
    const [all, done] = await Promise.all([names(), applied()]);
    return all.filter((name) => !done.includes(name));
  }

  /**
   * Opens a patient connection for the library: a migration may run longer than a request may, and ends if the lock is
   * lost.
   */
  async function withLibrary(lost: AbortSignal, work: (library: Library, mongo: Mongo) => Promise<unknown>) {
    const library = await import('migrate-mongo');
    library.config.set({
      migrationsDir: folder,
      migrationFileExtension: EXTENSION,
      changelogCollectionName: CHANGELOG,
      lockTtl: 0,
      moduleSystem: 'commonjs',
    });
    const mongo = await connectMongo(url, { ...PATIENT, database: db.databaseName });
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

  /** Runs `work` under the lock, waiting for other holders; returns early once `isOver`. */
  async function alone(isOver: () => Promise<boolean>, work: Work): Promise<void> {
    const lock = createLock(db, CHANGELOG, { leaseMs });
    const onWaiting = async () => logger.info(await waitedFor(lock));
    if (await lock.within(waitMs, work, { isNeedless: isOver, onWaiting })) return;
    throw new Error(`${await waitedFor(lock)}\n${LOCK_HINT}`);
  }

  const waitedFor = async ({ holder }: Lock) =>
    `Waiting for another process to finish the migrations (${(await holder()) ?? 'it has just ended'}).`;

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

    /**
     * Applies all pending migrations; other processes that start meanwhile wait. Costs one small read if none is
     * pending.
     */
    up: (): Promise<void> => alone(async () => (await pending()).length === 0, runPending),

    /** Runs `work` while no process migrates; processes that start meanwhile wait. */
    whileNotMigrating: (work: Work): Promise<void> => alone(async () => false, work),

    /** Reverts the migration applied last and returns its name; `undefined` if none is applied. */
    async down(): Promise<string | undefined> {
      let last: string | undefined;
      const takeBack: Work = async (lost) => {
        const [known, done] = [await names(), await applied()];
        last = done.sort().at(-1);
        if (last === undefined) return;
        // An older build must not revert one of its own instead.
        if (!known.includes(last))
          throw new Error(`${last} was applied by another version, which alone can revert it.`);
        // import() would parse `#` and `%` in a path as parts of a URL.
        const migration = createRequire(__filename)(path.join(folder, last)) as { down?: unknown };
        if (!migration.down)
          throw new Error(
            `${last} has no way back. Restore a backup, or correct the data in a new migration.`,
          );
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

const FAILED = `The migrations before it stay applied; this one is tried again at the next start or by
\`npm run migrate\`. Fix its cause, or run the previous version, which works with this data.`;
const LOCK_HINT =
  '`npm run migrate -- status` lists what is applied. The lock of a process that died expires by itself.';
