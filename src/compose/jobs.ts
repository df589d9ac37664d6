import type { createRepositories } from './store';
import type { Mongo } from '../infra/mongo/mongo';
import type { RabbitServers } from '../infra/rabbit/brokers';
import { openDeadLetters } from '../infra/rabbit/dead-letters';
import { createDeadLetters } from '../jobs/dead-letters';
import { createFailedJobs } from '../jobs/failed-jobs';

type Repositories = ReturnType<typeof createRepositories>;
type Store = Pick<Repositories, 'avatars' | 'jobs'> & { mongo: Pick<Mongo, 'transaction'> };

/** Adds how to keep and drop the input of each type of job. */
export const composeFailedJobs = ({ avatars, jobs, mongo }: Store) =>
  createFailedJobs({
    jobs,
    transaction: mongo.transaction,
    keepPayload: { 'resize-avatar': (jobId, session) => avatars.keepOriginal(jobId, null, session) },
    dropPayload: { 'resize-avatar': avatars.removeOriginal },
  });

export const composeDeadLetters = (servers: RabbitServers, prefix: string, store: Store) =>
  createDeadLetters({
    open: () => openDeadLetters(servers, prefix),
    jobs: store.jobs,
    failedJobs: composeFailedJobs(store),
  });
