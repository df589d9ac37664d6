import { createAdaptiveLimit } from './adaptive-limit';
import { createFairQueue, NoPlace } from './fair-queue';
import type { Lateness } from './lateness';
import { OverloadedError, type Refusals, type Worth } from './refusals';

export type Admission = ReturnType<typeof createAdmission>;
export type Work = Exclude<Worth, 'password' | 'cached-read'>;

interface AdmissionOptions {
  lateness: Pick<Lateness, 'nowMs'>;
  refused: Refusals;
}

/** A person notices a write that takes longer; what would wait longer is refused at once. */
const LONGEST_WAIT_MS = 500;
/** Above this lateness a client has one read under way, and above twice as much none is taken. */
const LATE_MS = 250;

const nothing = () => {};

/**
 * What a worker takes on, by what it is worth: work (writes, uploads, lists that are not cached) has few places and a
 * short fair queue; reads are refused only if the event loop is late in spite of it.
 */
export function createAdmission({ lateness, refused }: AdmissionOptions) {
  const limit = createAdaptiveLimit();
  const queue = createFairQueue({ limit: limit.now, longestWaitMs: LONGEST_WAIT_MS, onFull: limit.full });
  const readsOf = new Map<string, number>();
  let reads = 0;

  function refuse(worth: Worth, reason: 'late' | 'share' | 'wait', waitMs: number): never {
    refused(worth, reason);
    throw new OverloadedError(waitMs);
  }

  /** @returns to be called once the work has ended @throws OverloadedError */
  async function work(of: Work, route: string, key: string, isGone?: () => boolean): Promise<() => void> {
    let leave: () => void;
    const late = lateness.nowMs();
    try {
      leave = await queue.enter(key, isGone);
    } catch (error) {
      if (error instanceof NoPlace) refuse(of, 'wait', error.expectedMs);
      throw error;
    }
    const began = performance.now();
    return () => {
      limit.took(route, late + performance.now() - began);
      leave();
    };
  }

  function read(key: string): () => void {
    const late = lateness.nowMs();
    const own = readsOf.get(key) ?? 0;
    if (late > LATE_MS) {
      if (late > 2 * LATE_MS) refuse('cached-read', 'late', late);
      if (own > 0) refuse('cached-read', 'share', late);
    }
    readsOf.set(key, own + 1);
    reads += 1;
    return () => {
      reads -= 1;
      const left = readsOf.get(key)! - 1;
      if (left > 0) readsOf.set(key, left);
      else readsOf.delete(key);
    };
  }

  return {
    work,
    read,
    /** For metrics. */
    limit: limit.now,
    underWay: queue.running,
    waiting: queue.waiting,
    reads: (): number => reads,
    none: nothing,
  };
}
