import { createAuditRepository } from '../audit/audit-repository';
import { createAvatarRepository } from '../avatars/avatar-repository';
import { createResponseCache } from '../cache/response-cache';
import type { DataConfig, ProcessConfig } from '../config';
import { timeLimits } from '../config/time-limits';
import { createHostRepository } from '../hosts/host-repository';
import { createIdempotencyRepository } from '../idempotency/idempotency-repository';
import type { BusyClock } from '../lib/busy-clock';
import { createHashPool } from '../infra/hash-pool';
import { connectMongo, PATIENT, type Mongo } from '../infra/mongo/mongo';
import { observeMongo } from '../infra/mongo/observe-mongo';
import { createPatience } from '../infra/mongo/patience';
import { createDump } from '../infra/mongo/dump';
import type { Metrics } from '../infra/metrics';
import { createMigrations } from '../infra/mongo/migrations';
import { connectRedis } from '../infra/redis/redis';
import { createJobRepository } from '../jobs/job-repository';
import { builtFile } from '../lib/built-file';
import type { Logger } from '../process/logger';
import { versions } from '../process/version';
import { createNoticeBoard } from '../notices/notice-board';
import { createNoticeRepository } from '../notices/notice-repository';
import { createScriptTokenRepository } from '../script-tokens/script-token-repository';
import { createSessionRepository } from '../sessions/session-repository';
import { createTaskCache } from '../tasks/task-cache';
import { createTaskRepository } from '../tasks/task-repository';
import { createUserCache } from '../users/user-cache';
import { createUserRepository } from '../users/user-repository';

/** Compiled migrations, even if tests run this file as TypeScript: the database keeps their file names. */
const MIGRATIONS = builtFile('migrations');

/** Creates all repositories without any command to MongoDB. */
export const createRepositories = (connection: Mongo['connection']) => ({
  users: createUserRepository(connection),
  tasks: createTaskRepository(connection),
  audit: createAuditRepository(connection),
  avatars: createAvatarRepository(connection),
  hosts: createHostRepository(connection),
  jobs: createJobRepository(connection),
  notices: createNoticeRepository(connection),
  idempotencyKeys: createIdempotencyRepository(connection),
  sessions: createSessionRepository(connection),
  scriptTokens: createScriptTokenRepository(connection),
});

/** Connects the repositories; nothing is written before `prepare`. */
async function connectStore(url: string, logger: Logger, options?: Parameters<typeof connectMongo>[1]) {
  const mongo = await connectMongo(url, options);
  const { connection } = mongo;
  const repositories = createRepositories(connection);
  const migrations = createMigrations({ db: mongo.db, url, folder: MIGRATIONS, logger });

  return {
    mongo,
    migrations,
    ...repositories,

    /** Migrates before it creates indexes: a unique index may need what a migration fills in. */
    async prepare(): Promise<void> {
      await migrations.up();
      await Promise.all(Object.values(repositories).map((repository) => repository.prepare()));
    },

    /**
     * Creates the indexes that suit any data while the collections are empty. SecantusDB creates an index in a
     * transaction, which among 20,000 documents is too large for its cache: it would retry for ever.
     */
    async prepareEmpty(): Promise<void> {
      for (const { schema, collection } of Object.values(connection.models))
        for (const [keys, options] of schema.indexes())
          if (!options?.unique) await collection.createIndex(keys as Record<string, 1>, options as object);
    },
  };
}

/** Composes what the commands on data need; it serves nothing. @param database another one than that of MONGO_URL */
export async function composeData(config: DataConfig, logger: Logger, database?: string) {
  const store = await connectStore(config.mongoUrl, logger, { ...PATIENT, database });
  const redis = config.redisUrl
    ? connectRedis(config.redisUrl, { prefix: config.keyPrefix, logger })
    : undefined;
  const board = createNoticeBoard(store.notices, logger);
  const cache = createResponseCache({
    redis,
    board,
    prefix: config.keyPrefix,
    entryLifeMs: config.cacheTtlSeconds * 1_000,
    count: () => {},
  });

  return {
    ...store,
    dump: createDump(store.mongo),
    hashPool: createHashPool({ threads: 0, cost: config.bcryptCost }),

    /** Ends the cached lists of users and tasks for all running workers. */
    async listsChanged(): Promise<void> {
      await createUserCache(cache).came();
      await createTaskCache(cache).came();
    },

    /** Ends all cached answers after the data was replaced. It does not need Redis. */
    forgetCached: () => board.turnCacheOff('the data was replaced'),

    async close(): Promise<void> {
      redis?.close();
      await store.mongo.close();
    },
  };
}

/** Connects to MongoDB and brings its data and indexes up to this version. */
export async function openStore(config: ProcessConfig, logger: Logger, metrics: Metrics, busy?: BusyClock) {
  const commands = metrics.counter('taskfleet_mongo_commands_total', 'Commands sent to MongoDB', ['command']);
  const patiently = createPatience(timeLimits.patienceMs, logger);
  const options = { onCommand: (name: string) => commands(name)(), busy };
  const store = await patiently(() => connectStore(config.mongoUrl, logger, options));
  metrics.info('taskfleet_build_info', 'What this process runs', {
    ...versions,
    release: config.release ?? '',
  });
  observeMongo(metrics, store.mongo.client);
  if (store.mongo.ignored.length > 0)
    logger.warn(
      { options: store.mongo.ignored },
      'MONGO_URL has options without effect: reads are from the primary, writes wait for a majority',
    );
  try {
    await patiently(store.prepare);
    return store;
  } catch (error) {
    await store.mongo.close();
    throw error;
  }
}
