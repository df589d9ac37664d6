import { createFairQueue } from '../lib/fair-queue';
import { createTally } from '../lib/tally';

/**
 * Refusal: the expected wait is too long, or the wait was. It is not an Error, since there may be thousands a second,
 * each of which would capture a stack.
 */
export class NoPlace {
  constructor(readonly expectedMs: number) {}
}

type Leave = () => void;

interface PlacesOptions {
  /** Maximum number of places, read at each use. */
  limit: () => number;
  /** Work expected to wait longer is refused at once. */
  longestExpectedMs: number;
  /** Work that has waited this long is refused; well above `longestExpectedMs`, so that it is rare. */
  longestWaitMs: number;
}

interface Entry {
  key: string;
  since: number;
  settle: (outcome: Leave | NoPlace) => void;
  isGone: () => boolean;
}

/** Minimum weight of the newest gap in the mean. */
const WEIGHT = 0.05;
/** So many turns may always wait ahead, however slow the work: a few clients that send one request at a time. */
const FEW = 32;
/** Until so many have ended in a backlog, durations are unknown and up to BURST turns may wait ahead. */
const FEWEST_ENDED = 5;
const BURST = 100;
/** If nothing ends for this long, nothing else may wait. */
const LONGEST_STILL_MS = 1_000;
const SWEEP_MS = 100;

/**
 * Places for work that runs side by side, with a queue in which keys take turns. A key may take no more places than it
 * leaves free (dynamic thresholds, Choudhury and Hahne 1998), so slow work cannot keep others out. The expected wait is
 * the number of turns ahead times the mean time between two ends in this backlog. That one rule bounds and shares the
 * queue: a key with much in it would wait for all of that, a key with nothing in it for one turn of each other key.
 */
export function createPlaces({ limit, longestExpectedMs, longestWaitMs }: PlacesOptions) {
  const queue = createFairQueue<Entry>();
  const taken = createTally();
  /** Measured in this backlog alone: what was slow before may be fast now. */
  let [gapMs, ended] = [0, 0];
  /** When something began to wait, or the last place was given back. */
  let backlogSince: number | undefined;
  let sweeper: NodeJS.Timeout | undefined;

  const mayTake = (key: string): boolean => {
    const free = limit() - taken.total();
    const own = taken.of(key);
    return free > 0 && (own === 0 || own < free);
  };

  function expectedMs(key: string): number {
    const stillMs = backlogSince === undefined ? 0 : performance.now() - backlogSince;
    if (stillMs > LONGEST_STILL_MS) return stillMs;
    const ahead = Math.min(queue.size(), queue.lanes() * (queue.sizeOf(key) + 1));
    if (ahead < FEW) return 0;
    if (ended < FEWEST_ENDED) return ahead < BURST ? 0 : Infinity;
    return ahead * gapMs;
  }

  function measureGap(): void {
    const now = performance.now();
    if (backlogSince !== undefined) {
      ended += 1;
      gapMs += (now - backlogSince - gapMs) * Math.max(WEIGHT, 1 / ended);
    }
    backlogSince = queue.size() > 0 ? now : undefined;
  }

  function take(key: string): Leave {
    let hasLeft = false;
    taken.add(key);
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      taken.remove(key);
      measureGap();
      goOn();
    };
  }

  /** Looks at no lane without a free place: there may be hundreds, and each request and each end calls this. */
  const next = () => (limit() > taken.total() ? queue.shift(mayTake) : undefined);

  function goOn(): void {
    for (let entry = next(); entry; entry = next()) {
      const waited = performance.now() - entry.since;
      if (waited > longestWaitMs) entry.settle(new NoPlace(waited));
      else if (!entry.isGone()) entry.settle(take(entry.key));
    }
    if (queue.size() > 0) return;
    backlogSince = undefined;
    if (sweeper) sweeper = void clearInterval(sweeper);
  }

  /** Refuses what has waited too long even if no work ends, so that no turn comes. */
  function sweep(): void {
    const latest = performance.now() - longestWaitMs;
    for (const { settle, isGone } of queue.removeFirst(({ since }) => since < latest)) {
      if (!isGone()) settle(new NoPlace(longestWaitMs));
    }
    goOn();
  }

  return {
    /**
     * Resolves to a function to call when the work has ended; to NoPlace at once or after `longestWaitMs`.
     * @param isGone whether the client has disconnected: its entry is then skipped and never settles
     */
    enter(key: string, isGone: () => boolean = () => false): Leave | NoPlace | Promise<Leave | NoPlace> {
      if (queue.size() === 0 && mayTake(key)) return take(key);
      const expected = expectedMs(key);
      if (expected > longestExpectedMs) return new NoPlace(expected);
      if (queue.size() === 0) [backlogSince, gapMs, ended] = [performance.now(), 0, 0];
      sweeper ??= setInterval(sweep, SWEEP_MS).unref();
      return new Promise((settle) => {
        queue.push(key, { key, since: performance.now(), settle, isGone });
        goOn();
      });
    },

    taken: taken.total,
    waiting: queue.size,
  };
}
