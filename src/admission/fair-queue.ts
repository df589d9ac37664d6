export type FairQueue = ReturnType<typeof createFairQueue>;

/** Why there is no place: the expected wait is too long, or it was once the turn came. */
export class NoPlace extends Error {
  constructor(readonly expectedMs: number) {
    super('No place');
  }
}

interface FairQueueOptions {
  /** How many may run side by side, asked anew each time. */
  limit: () => number;
  longestWaitMs: number;
  onFull?: () => void;
}

interface Entry {
  since: number;
  begin: (leave: () => void) => void;
  refuse: (why: NoPlace) => void;
  isGone: () => boolean;
}

/** Of a mean that follows what was measured last. */
const WEIGHT = 0.05;
const SWEEP_MS = 100;

/**
 * Places for work that runs side by side, and a queue for them in which each key has its turn (round robin): a key with
 * much delays others by one piece of work a round. Refused at once is what would wait too long, as the places, the mean
 * time of a piece of work and the turns before it tell (Little's law). So one rule bounds the queue, and shares it: a
 * key that has many there would wait for all of them, one that has none only for one of each other key.
 */
export function createFairQueue({ limit, longestWaitMs, onFull }: FairQueueOptions) {
  const queues = new Map<string, Entry[]>();
  let waiting = 0;
  let running = 0;
  let meanMs = 0;
  let sweeper: NodeJS.Timeout | undefined;

  const expectedMs = (key: string): number => {
    const ahead = Math.min(waiting, queues.size * ((queues.get(key)?.length ?? 0) + 1));
    return ((ahead + 1) * meanMs) / Math.max(1, limit());
  };

  function leaver(): () => void {
    const began = performance.now();
    running += 1;
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      running -= 1;
      const ms = performance.now() - began;
      meanMs += (ms - meanMs) * (meanMs === 0 ? 1 : WEIGHT);
      goOn();
    };
  }

  /** The first of the key whose turn it is. */
  function next(): Entry | undefined {
    for (const [key, entries] of queues) {
      const entry = entries.shift();
      queues.delete(key);
      if (entries.length > 0) queues.set(key, entries);
      waiting -= 1;
      return entry;
    }
    return undefined;
  }

  function goOn(): void {
    while (waiting > 0 && running < limit()) {
      const entry = next()!;
      if (entry.isGone()) continue;
      const waited = performance.now() - entry.since;
      if (waited > longestWaitMs) entry.refuse(new NoPlace(waited));
      else entry.begin(leaver());
    }
    if (waiting === 0 && sweeper) sweeper = void clearInterval(sweeper);
  }

  /** While nothing ends, nobody's turn comes: those whose time is up are refused all the same. */
  function sweep(): void {
    const latest = performance.now() - longestWaitMs;
    for (const [key, entries] of queues) {
      const kept = entries.findIndex(({ since }) => since >= latest);
      const over = entries.splice(0, kept < 0 ? entries.length : kept);
      waiting -= over.length;
      if (entries.length === 0) queues.delete(key);
      for (const entry of over) entry.refuse(new NoPlace(longestWaitMs));
    }
    goOn();
  }

  return {
    /**
     * Resolves with a function to be called once the work has ended.
     * @param isGone whether nobody waits for it any more: then it is passed over, and never settles
     * @throws NoPlace at once, or after `longestWaitMs`
     */
    enter(key: string, isGone: () => boolean = () => false): (() => void) | Promise<() => void> {
      if (waiting === 0 && running < limit()) return leaver();
      onFull?.();
      const expected = expectedMs(key);
      if (expected > longestWaitMs) throw new NoPlace(expected);
      return new Promise((begin, refuse) => {
        const entry = { since: performance.now(), begin, refuse, isGone };
        const entries = queues.get(key);
        if (entries) entries.push(entry);
        else queues.set(key, [entry]);
        waiting += 1;
        sweeper ??= setInterval(sweep, SWEEP_MS).unref();
      });
    },

    running: (): number => running,
    waiting: (): number => waiting,
  };
}
