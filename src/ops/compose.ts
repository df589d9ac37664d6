import type { Config } from '../config';
import type { FailedJobs } from '../jobs/failed-jobs';
import type { JobRepository } from '../jobs/job-repository';
import type { UserRepository } from '../users/user-repository';
import { createEventHub } from './event-hub';
import { createFleet, type Fleet } from './fleet';
import type { OpsOptions } from './ops-routes';
import type { OpsSnapshot } from './ops-types';

interface SnapshotDeps {
  fleet: Pick<Fleet, 'workers' | 'silent' | 'scaling' | 'messages'>;
  jobs: Pick<JobRepository, 'counts' | 'latest'>;
  /** Name of this worker and its host. */
  name: string;
}

const JOBS = 8;

/** Collects what the live page shows. Workers are shown even if MongoDB or RabbitMQ is away. */
const createSnapshot =
  ({ fleet, jobs, name }: SnapshotDeps) =>
  async (): Promise<OpsSnapshot<Date>> => {
    const shown = Promise.all([jobs.counts(), jobs.latest(JOBS)]).then(
      ([counts, latest]) => ({ ...counts, latest }),
      () => null,
    );
    const [workers, scaling, messages] = await Promise.all([
      fleet.workers(),
      fleet.scaling(),
      fleet.messages(),
    ]);
    return {
      at: Date.now(),
      by: name,
      workers: workers.map(({ answer }) => answer),
      silent: fleet.silent(workers),
      scaling,
      jobs: await shown,
      messages,
    };
  };

interface OpsDeps {
  users: UserRepository;
  jobs: JobRepository;
  failedJobs: FailedJobs;
  authenticate: OpsOptions['authenticate'];
}

/** Builds what the live page shows and can do. */
export function composeOps(
  { runDir, fullWorkerName: name }: Pick<Config, 'runDir' | 'fullWorkerName'>,
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
