import path from 'node:path';
import { createAvatarRepository } from './avatars/avatar-repository';
import { createIdempotencyRepository } from './idempotency/idempotency-repository';
import { connectMongo } from './infra/mongo';
import { createMigrations } from './infra/mongo-migrations';
import { createJobRepository } from './jobs/job-repository';
import type { Logger } from './logger';
import { createNoticeRepository } from './notices/notice-repository';
import { createTaskRepository } from './tasks/task-repository';
import { createUserRepository } from './users/user-repository';

/** As they were compiled, even where the tests run this file as TypeScript: their names are kept in the database. */
const MIGRATIONS = path.join(__dirname, '..', 'dist', 'migrations');

/** All repositories, connected; nothing is written before `prepare`. */
export async function connectStore(
  url: string,
  logger: Logger,
  options?: Parameters<typeof connectMongo>[1],
) {
  const mongo = await connectMongo(url, options);
  const { connection } = mongo;
  const repositories = {
    users: createUserRepository(connection),
    tasks: createTaskRepository(connection),
    avatars: createAvatarRepository(connection),
    jobs: createJobRepository(connection),
    notices: createNoticeRepository(connection),
    idempotencyKeys: createIdempotencyRepository(connection),
  };
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
  };
}
