import type { JobRepository } from '../jobs/job-repository';
import type { Fleet } from './fleet';

interface SnapshotDeps {
  fleet: Pick<Fleet, 'workers'>;
  jobs: Pick<JobRepository, 'counts' | 'latest'>;
  /** The worker that looks. */
  name: string;
}

const JOBS = 8;

/** All that the live page shows at a moment. Where MongoDB is away the jobs are null: the workers are still shown. */
export const createSnapshot =
  ({ fleet, jobs, name }: SnapshotDeps) =>
  async () => {
    const queue = Promise.all([jobs.counts(), jobs.latest(JOBS)]).then(
      ([counts, latest]) => ({ ...counts, latest }),
      () => null,
    );
    const workers = (await fleet.workers()).map(({ answer }) => answer);
    return { at: Date.now(), by: name, workers, jobs: await queue };
  };
