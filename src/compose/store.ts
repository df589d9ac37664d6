import { createAvatarRepository } from '../avatars/avatar-repository';
import { createResponseCache } from '../cache/response-cache';
import { observeBuild, observeMongo } from './metrics';
import type { DataConfig, ProcessConfig } from '../config';
import { createIdempotencyRepository } from '../idempotency/idempotency-repository';
import type { BusyClock } from '../lib/busy-clock';
import { createHashPool } from '../infra/hash-pool';
import { connectMongo, PATIENT, type Mongo } from '../infra/mongo/mongo';
import { createDump } from '../infra/mongo/dump';
import type { Metrics } from '../infra/metrics';
import { createMigrations } from '../infra/mongo/migrations';
import { connectRedis } from '../infra/redis/redis';
import { createJobRepository } from '../jobs/job-repository';
import { builtFile } from '../lib/built-file';
import type { Logger } from '../process/logger';
import { createNoticeBoard } from '../notices/notice-board';
import { createNoticeRepository } from '../notices/notice-repository';
import { createTaskCache } from '../tasks/task-cache';
import { createTaskRepository } from '../tasks/task-repository';
import { createUserCache } from '../users/user-cache';
import { createUserRepository } from '../users/user-repository';

/** As they were compiled, even where the tests run this file as TypeScript: their names are kept in the database. */
const MIGRATIONS = builtFile('migrations');

/** All that is kept in MongoDB; nothing is asked of it yet. */
export const createRepositories = (connection: Mongo['connection']) => ({
  users: createUserRepository(connection),
  tasks: createTaskRepository(connection),
  avatars: createAvatarRepository(connection),
  jobs: createJobRepository(connection),
  notices: createNoticeRepository(connection),
  idempotencyKeys: createIdempotencyRepository(connection),
});

/** All repositories, connected; nothing is written before `prepare`. */
export async function connectStore(
  url: string,
  logger: Logger,
  options?: Parameters<typeof connectMongo>[1],
) {
  const mongo = await connectMongo(url, options);
  const { connection } = mongo;
  const repositories = createRepositories(connection);
  const migrations = createMigrations({ db: mongo.db, url, folder: MIGRATIONS, logger });

  return {
    mongo,
    migrations,
    ...repositories,

    /** The data first: a unique index may need what a migration fills in. */
    async prepare(): Promise<void> {
      await migrations.up();
      await Promise.all(Object.values(repositories).map((repository) => repository.prepare()));
    },

    /**
     * The indexes that any data may have, for collections without documents. SecantusDB makes one in a transaction,
     * which among 20,000 documents is too large for its cache: it would try for ever.
     */
    async prepareEmpty(): Promise<void> {
      for (const { schema, collection } of Object.values(connection.models))
        for (const [keys, options] of schema.indexes())
          if (!options?.unique) await collection.createIndex(keys as Record<string, 1>, options as object);
    },
  };
}

/** What the commands about data work with; nothing is served. */
export async function composeData(config: DataConfig, logger: Logger) {
  const store = await connectStore(config.mongoUrl, logger, PATIENT);
  const redis = config.redisUrl ? connectRedis(config.redisUrl, logger) : undefined;
  const board = createNoticeBoard(store.notices, logger);
  const cache = createResponseCache({
    redis,
    board,
    prefix: config.keyPrefix,
    entryLifeMs: config.cacheTtlSeconds * 1_000,
    record: () => {},
  });

  return {
    ...store,
    dump: createDump(store.mongo),
    hashPool: createHashPool({ threads: 0, cost: config.bcryptCost }),

    /** Ends the cached lists that show users or tasks; in each running worker. */
    async listsChanged(): Promise<void> {
      await createUserCache(cache).came();
      await createTaskCache(cache).came();
    },

    /** Ends all that is cached: other data is there now. Redis isn't asked, so it may be away. */
    forgetCached: () => board.turnCacheOff('other data is there now'),

    async close(): Promise<void> {
      redis?.close();
      await store.mongo.close();
    },
  };
}

/** What both processes need first: MongoDB with its data and indexes as this version wants them. */
export async function openStore(config: ProcessConfig, logger: Logger, metrics: Metrics, busy?: BusyClock) {
  const commands = metrics.counter('taskfleet_mongo_commands_total', 'Commands sent to MongoDB', ['command']);
  const store = await connectStore(config.mongoUrl, logger, {
    onCommand: (name) => commands(name)(),
    busy,
  });
  observeBuild(metrics, config);
  observeMongo(metrics, store.mongo.client);
  try {
    await store.prepare();
    return store;
  } catch (error) {
    await store.mongo.close();
    throw error;
  }
}
