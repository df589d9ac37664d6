import type { JobQueue } from '../infra/rabbit/rabbit';
import type { Logger } from '../process/logger';
import type { JobRepository } from './job-repository';

interface JobRelayDeps {
  jobs: Pick<JobRepository, 'due' | 'takeForPublishing' | 'publishAgain'>;
  queue: Pick<JobQueue, 'publish' | 'isBlocked' | 'isConnected'>;
  logger: Logger;
}

const POLL_MS = 250;
const BATCH = 50;
/** Delay of a job whose relay dies between taking and publishing it. */
const PUBLISHING_MS = 10_000;
/** A confirmed job that no worker took by then is published again; claims prevent a second run. */
const FORGOTTEN_MS = 600_000;
const RETRY_MS = 2_000;

/**
 * Publishes jobs from the outbox to RabbitMQ, one for each user at a time; while RabbitMQ is away they wait in MongoDB.
 */
export function createJobRelay({ jobs, queue, logger }: JobRelayDeps) {
  let stopped = false;
  let wake = () => {};
  let loop: Promise<void> | undefined;

  async function publish(id: string): Promise<void> {
    const lease = await jobs.takeForPublishing(id, PUBLISHING_MS);
    if (!lease) return;
    try {
      await queue.publish(id);
      await jobs.publishAgain(id, lease, FORGOTTEN_MS);
    } catch (error) {
      logger.warn({ jobId: id, reason: (error as Error).message }, 'Publishing a job failed; retrying');
      await jobs.publishAgain(id, lease, RETRY_MS);
    }
  }

  async function runBatch(): Promise<number> {
    if (!queue.isConnected() || queue.isBlocked()) return 0;
    const due = await jobs.due(BATCH);
    await Promise.all(due.map(publish));
    return due.length;
  }

  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function run(): Promise<void> {
    while (!stopped) {
      const published = await runBatch().catch((error: Error) => {
        logger.warn({ reason: error.message }, 'Reading the outbox failed');
        return 0;
      });
      // After any progress look again at once: a batch holds one job a user, and the jobs of others may follow.
      if (published === 0 && !stopped) await pause();
    }
  }

  return {
    start: () => void (loop = run()),
    /** Looks at the outbox at once, since an ended job gives its user another turn. */
    wake: () => wake(),
    async stop(): Promise<void> {
      stopped = true;
      wake();
      await loop;
    },
  };
}
