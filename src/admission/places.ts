import { createFairQueue } from '../lib/fair-queue';
import { createTally } from '../lib/tally';

/**
 * There is no place: the expected wait is too long, or it was too long when the turn should have come. No error, since
 * there may be thousands a second, and each would take its stack along.
 */
export class NoPlace {
  constructor(readonly expectedMs: number) {}
}

type Leave = () => void;

interface PlacesOptions {
  /** How many may be taken at a time, asked anew each time. */
  limit: () => number;
  /** What is expected to wait longer is refused at once. */
  longestExpectedMs: number;
  /** What has waited so long is refused after all; well above the other, so that it is rare. */
  longestWaitMs: number;
}

interface Entry {
  key: string;
  since: number;
  settle: (outcome: Leave | NoPlace) => void;
  isGone: () => boolean;
}

/** Weight of the newest gap in the mean, at least. */
const WEIGHT = 0.05;
/** So many turns may come before one however slow the work is: a few clients that each send one after the other. */
const FEW = 32;
/** So many have to end in a backlog before it is known how long one takes; until then so many turns may come before. */
const FEWEST_ENDED = 5;
const BURST = 100;
/** If nothing ends for so long, nothing else may wait. */
const LONGEST_STILL_MS = 1_000;
const SWEEP_MS = 100;

/**
 * Places for work that runs side by side, and a queue before them in which keys take turns. A key may take no more places
 * than it leaves free (dynamic thresholds, Choudhury and Hahne 1998), so that work that takes long cannot keep others out.
 * The expected wait is the turns that come before, times the mean time between two that ended while others waited. That
 * one rule bounds the queue and shares it: a key that has much there would wait for all of it, and one that has nothing
 * there for one turn of each other key.
 */
export function createPlaces({ limit, longestExpectedMs, longestWaitMs }: PlacesOptions) {
  const queue = createFairQueue<Entry>();
  const taken = createTally();
  /** Measured in this backlog alone, since what was slow before may be quick now. */
  let [gapMs, ended] = [0, 0];
  /** Since when something waits and no place was given back. */
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

  /** @returns the function that gives the place back */
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

  /** Without a free place no lane is looked at: there may be hundreds, and each request and each end asks. */
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

  /** Refuses what has waited too long even if nothing ends, so that no turn comes. */
  function sweep(): void {
    const latest = performance.now() - longestWaitMs;
    for (const { settle, isGone } of queue.removeFirst(({ since }) => since < latest)) {
      if (!isGone()) settle(new NoPlace(longestWaitMs));
    }
    goOn();
  }

  return {
    /**
     * Resolves with a function to be called once the work has ended; with NoPlace at once, or after `longestWaitMs`.
     * @param isGone whether the client has gone: then its entry is passed over, and never settles
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
