import { OverloadError } from '../problems/errors';
import { createAdaptiveLimit } from './adaptive-limit';
import { createPlaces, NoPlace } from './places';
import type { Lateness } from './lateness';
import type { Reason, Refusals, RequestClass } from './refusals';
import { spreadWait } from '../lib/retry-after';
import { createTally } from '../lib/tally';

export type Admission = ReturnType<typeof createAdmission>;
export type Work = Exclude<RequestClass, 'password' | 'cached-read'>;

interface AdmissionOptions {
  lateness: Pick<Lateness, 'nowMs' | 'recentMs' | 'standingMs'>;
  refused: Refusals;
}

/** Work expected to wait longer is refused at once. */
const LONGEST_EXPECTED_MS = 250;
const LONGEST_WAIT_MS = 3_000;
/** A worker this late for a while takes no work, and one twice as late no reads either. */
const LATE_MS = 250;
/**
 * Bound on a client's reads under way times the lateness of the event loop in ms: 100 reads at a time on a worker that
 * is 10 ms late, 10 on one that is 100 ms late. It slows floods of reads before other clients notice.
 */
const READS_TIMES_LATE_MS = 1_000;

/**
 * Decides what a worker accepts, by class: work (writes, uploads, reads from MongoDB) has few places and a short queue
 * that clients share fairly; reads are refused only if the event loop is late nevertheless.
 */
export function createAdmission({ lateness, refused }: AdmissionOptions) {
  const limit = createAdaptiveLimit();
  const places = createPlaces({
    limit: limit.now,
    longestExpectedMs: LONGEST_EXPECTED_MS,
    longestWaitMs: LONGEST_WAIT_MS,
  });
  const reads = createTally();

  function refuse(of: RequestClass, reason: Reason, waitMs: number): never {
    refused(of, reason);
    throw OverloadError.make(
      'This worker is overloaded. The request had no effect; try again later.',
      spreadWait(waitMs),
    );
  }

  return {
    /**
     * @param key of the client
     * @param isGone whether the client has disconnected
     * @returns a function to call when the work has ended
     * @throws OverloadError
     */
    async work(of: Work, route: string, key: string, isGone?: () => boolean): Promise<() => void> {
      const late = lateness.nowMs();
      if (lateness.standingMs() > LATE_MS) refuse(of, 'late', lateness.standingMs());
      const leave = await places.enter(key, isGone);
      if (leave instanceof NoPlace) refuse(of, 'wait', Math.min(leave.expectedMs, LONGEST_WAIT_MS));
      const began = performance.now();
      return () => {
        limit.took(route, late + performance.now() - began, places.taken(), places.waiting() > 0);
        leave();
      };
    },

    /** @returns a function to call when it is answered @throws OverloadError */
    read(key: string): () => void {
      if (reads.of(key) * lateness.recentMs() > READS_TIMES_LATE_MS) refuse('cached-read', 'share', 0);
      if (lateness.standingMs() > 2 * LATE_MS) refuse('cached-read', 'late', lateness.standingMs());
      reads.add(key);
      return () => void reads.remove(key);
    },

    limit: limit.now,
    underWay: places.taken,
    waiting: places.waiting,
    reads: reads.total,
  };
}
