import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Mongo } from '../infra/mongo/mongo';
import type { Verdict } from '../infra/rabbit/rabbit';
import type { Logger } from '../process/logger';
import type { JobMetrics, JobOutcome } from './job-metrics';
import {
  OverLimitError,
  UnrecoverableError,
  type JobHandler,
  type JobHandlers,
  type JobType,
} from './job-handler';
import type { JobRecord, JobRepository } from './job-repository';

interface JobRunnerDeps {
  jobs: JobRepository;
  handlers: JobHandlers;
  transaction: Mongo['transaction'];
  metrics: Pick<JobMetrics, 'begins'>;
  logger: Logger;
}

/** After this long another job worker takes over the job of a worker that died. */
const LEASE_MS = 15_000;
const RENEW_MS = 4_000;
const MAX_ATTEMPTS = 5;
const JOB_ID = /^[0-9a-f]{24}$/;
const backoffMs = (attempt: number) => Math.min(1_000 * 4 ** (attempt - 1), 60_000);

/** Rolls back the last transaction: another worker holds the job, so nothing of this attempt counts. */
class ClaimLostError extends Error {}

/**
 * Runs a job for each message. The message is only a hint: the claim in MongoDB decides which worker runs the job, and
 * the effect commits together with the job's end, so a duplicate message does nothing.
 */
export function createJobRunner({ jobs, handlers, transaction, metrics, logger }: JobRunnerDeps) {
  const stopping = new AbortController();

  /** While MongoDB is away it keeps the message, rather than count a failed delivery. */
  async function claimWhenPossible(id: string, claim: string): Promise<JobRecord | null> {
    while (!stopping.signal.aborted) {
      try {
        return await jobs.claim(id, claim, LEASE_MS);
      } catch (error) {
        logger.warn({ jobId: id, reason: (error as Error).message }, 'A job is waiting for MongoDB');
        await sleep(1_000, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
    return null;
  }

  /** Renews the claim while `work` runs; aborts `work` if the claim is lost or the job worker stops. */
  async function whileHeld<T>(
    id: string,
    claim: string,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const lost = new AbortController();
    const renewal = setInterval(() => {
      jobs.renew(id, claim, LEASE_MS).then(
        (held) => held || lost.abort(),
        // MongoDB is away: the lease may run out, and the last transaction will find out.
        () => {},
      );
    }, RENEW_MS);
    try {
      return await work(AbortSignal.any([lost.signal, stopping.signal]));
    } finally {
      clearInterval(renewal);
    }
  }

  async function tidy(job: JobRecord, handler: JobHandler<unknown>): Promise<void> {
    const jobId = String(job._id);
    await handler
      .tidy?.(job.payload, { jobId })
      .catch((error: Error) => logger.warn({ err: error, jobId }, 'Cleaning up after a job failed'));
  }

  async function attempt(job: JobRecord, handler: JobHandler<unknown>, claim: string): Promise<void> {
    const jobId = String(job._id);
    if (job.attempts > MAX_ATTEMPTS) throw new UnrecoverableError('The job crashed its worker each time.');
    await whileHeld(jobId, claim, async (signal) => {
      const complete = await handler.run(job.payload, { jobId, signal });
      await transaction(async (session) => {
        const result = await complete(session);
        if (!(await jobs.finish(jobId, claim, result, session))) throw new ClaimLostError();
      });
    });
    await tidy(job, handler);
  }

  async function settle(
    job: JobRecord,
    handler: JobHandler<unknown>,
    claim: string,
    error: Error,
  ): Promise<[JobOutcome, Verdict]> {
    const jobId = String(job._id);
    if (error instanceof ClaimLostError) return ['lost', 'ack'];
    if (stopping.signal.aborted) {
      await jobs.release(jobId, claim);
      return ['released', 'ack'];
    }
    const final = error instanceof UnrecoverableError;
    if (!final && job.attempts < MAX_ATTEMPTS) {
      await jobs.putBack(jobId, claim, backoffMs(job.attempts), 'An attempt failed; another will follow.');
      return ['retried', 'ack'];
    }
    const reason = final ? error.message : 'Every attempt failed.';
    // A job that crashed its workers may succeed on a larger host; damaged input never does.
    const isHopeless = final && job.attempts <= MAX_ATTEMPTS;
    const failed = await transaction(async (session) => {
      const expiresAt = await jobs.fail(jobId, claim, reason, session, isHopeless);
      if (expiresAt) await handler.failed?.(jobId, isHopeless ? null : expiresAt, session);
      return expiresAt !== null;
    });
    if (!failed) return ['lost', 'ack'];
    await tidy(job, handler);
    return [error instanceof OverLimitError ? 'over-limit' : 'failed', isHopeless ? 'ack' : 'dead-letter'];
  }

  return {
    async run(id: string): Promise<Verdict> {
      if (!JOB_ID.test(id)) return 'dead-letter';
      const claim = randomUUID();
      const job = await claimWhenPossible(id, claim);
      if (!job) return stopping.signal.aborted ? 'requeue' : 'ack';
      const { type, attempts, requestId } = job;
      const log = logger.child({ jobId: id, type, attempt: attempts, ...(requestId && { requestId }) });
      const ends = metrics.begins(job);
      const handler = handlers[job.type as JobType] as JobHandler<unknown>;
      log.info('Job started');
      try {
        await attempt(job, handler, claim);
        ends('done');
        log.info('Job done');
        return 'ack';
      } catch (error) {
        log.warn({ err: error }, 'Attempt at a job failed');
        // If this cannot be written either, the lease runs out and the relay publishes the job again.
        const [outcome, verdict] = await settle(job, handler, claim, error as Error).catch(
          () => ['lost', 'ack'] as const,
        );
        ends(outcome);
        return verdict;
      }
    },

    /** Puts the jobs under way back at their next step; another worker starts them again. */
    stop: () => stopping.abort(),
  };
}
