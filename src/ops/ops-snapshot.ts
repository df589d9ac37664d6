import type { JobRepository } from '../jobs/job-repository';
import type { Fleet } from './fleet';

interface SnapshotDeps {
  fleet: Pick<Fleet, 'workers' | 'silent' | 'messages'>;
  jobs: Pick<JobRepository, 'counts' | 'latest'>;
  /** The worker that looks. */
  name: string;
}

const JOBS = 8;

/**
 * All that the live page shows at a moment. Where MongoDB is away the jobs are null, where RabbitMQ is the
 * messages: the workers are still shown.
 */
export const createSnapshot =
  ({ fleet, jobs, name }: SnapshotDeps) =>
  async () => {
    const counted = Promise.all([jobs.counts(), jobs.latest(JOBS)]).then(
      ([counts, latest]) => ({ ...counts, latest }),
      () => null,
    );
    const [workers, messages] = await Promise.all([fleet.workers(), fleet.messages()]);
    const told = workers.map(({ answer }) => answer);
    const silent = fleet.silent(workers);
    return { at: Date.now(), by: name, workers: told, silent, jobs: await counted, messages };
  };
