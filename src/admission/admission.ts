import { OverloadError } from '../problems/errors';
import { createAdaptiveLimit } from './adaptive-limit';
import { createPlaces, NoPlace } from './places';
import type { Lateness } from './lateness';
import type { Reason, Refusals, Worth } from './refusals';
import { spreadWait } from '../lib/retry-after';
import { createTally } from '../lib/tally';

export type Admission = ReturnType<typeof createAdmission>;
export type Work = Exclude<Worth, 'password' | 'cached-read'>;

interface AdmissionOptions {
  lateness: Pick<Lateness, 'nowMs' | 'recentMs' | 'standingMs'>;
  refused: Refusals;
}

/** A write that takes longer annoys its sender: what is expected to wait so long is refused at once. */
const LONGEST_EXPECTED_MS = 250;
const LONGEST_WAIT_MS = 3_000;
/** A worker that has been so late for a while takes no work, and one that has been twice as late no reads either. */
const LATE_MS = 250;
/**
 * The reads that a client has under way, times the lateness of the event loop, are at most so many milliseconds: of a worker
 * that is 10 ms late it has 100 at a time, of one that is 100 ms late 10. So reads that flood are slowed before others notice.
 */
const READS_TIMES_LATE_MS = 1_000;

/**
 * What a worker takes on, by what it is worth: work (writes, uploads, reads that ask MongoDB) has few places and a
 * short fair queue, shared by client; reads are refused only if the event loop is late all the same.
 */
export function createAdmission({ lateness, refused }: AdmissionOptions) {
  const limit = createAdaptiveLimit();
  const places = createPlaces({
    limit: limit.now,
    longestExpectedMs: LONGEST_EXPECTED_MS,
    longestWaitMs: LONGEST_WAIT_MS,
  });
  const reads = createTally();

  function refuse(worth: Worth, reason: Reason, waitMs: number): never {
    refused(worth, reason);
    throw OverloadError.make(
      'Too much is asked of this worker at once: nothing was done; try again later.',
      spreadWait(waitMs),
    );
  }

  return {
    /**
     * @param key whose work it is
     * @param isGone whether the client has gone
     * @returns to be called once the work has ended
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

    /** @returns to be called once it is answered @throws OverloadError */
    read(key: string): () => void {
      if (reads.of(key) * lateness.recentMs() > READS_TIMES_LATE_MS) refuse('cached-read', 'share', 0);
      if (lateness.standingMs() > 2 * LATE_MS) refuse('cached-read', 'late', lateness.standingMs());
      reads.add(key);
      return () => void reads.remove(key);
    },

    /** For metrics. */
    limit: limit.now,
    underWay: places.taken,
    waiting: places.waiting,
    reads: reads.total,
  };
}
