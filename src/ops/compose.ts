import type { Config } from '../config';
import type { FailedJobs } from '../jobs/failed-jobs';
import type { JobRepository } from '../jobs/job-repository';
import type { UserRepository } from '../users/user-repository';
import { createEventHub } from './event-hub';
import { createFleet } from './fleet';
import type { OpsOptions } from './ops-routes';
import { createSnapshot } from './ops-snapshot';

interface OpsDeps {
  users: UserRepository;
  jobs: JobRepository;
  failedJobs: FailedJobs;
  authenticate: OpsOptions['authenticate'];
}

/** Builds what the live page shows and can do. */
export function composeOps(
  { runDir, workerName: name }: Pick<Config, 'runDir' | 'workerName'>,
  { users, jobs, failedJobs, authenticate }: OpsDeps,
): OpsOptions {
  const fleet = createFleet(runDir);
  return {
    hub: createEventHub({ take: createSnapshot({ fleet, jobs, name }) }),
    fleet,
    failedJobs,
    authenticate,
    isAdmin: async (id) => (await users.byId(id))?.role === 'Admin',
  };
}
