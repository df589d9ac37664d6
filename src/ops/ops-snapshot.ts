import type { JobRepository } from '../jobs/job-repository';
import type { Fleet } from './fleet';
import type { OpsSnapshot } from './ops-types';

interface SnapshotDeps {
  fleet: Pick<Fleet, 'workers' | 'silent' | 'messages'>;
  jobs: Pick<JobRepository, 'counts' | 'latest'>;
  /** Name of this worker. */
  name: string;
}

const JOBS = 8;

/** Collects what the live page shows. Workers are shown even if MongoDB or RabbitMQ is away. */
export const createSnapshot =
  ({ fleet, jobs, name }: SnapshotDeps) =>
  async (): Promise<OpsSnapshot<Date>> => {
    const shown = Promise.all([jobs.counts(), jobs.latest(JOBS)]).then(
      ([counts, latest]) => ({ ...counts, latest }),
      () => null,
    );
    const [workers, messages] = await Promise.all([fleet.workers(), fleet.messages()]);
    return {
      at: Date.now(),
      by: name,
      workers: workers.map(({ answer }) => answer),
      silent: fleet.silent(workers),
      jobs: await shown,
      messages,
    };
  };
