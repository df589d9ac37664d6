export type FairQueue = ReturnType<typeof createFairQueue>;

/** There is no place: the expected wait is too long, or it was too long when the turn should have come. */
export class NoPlace extends Error {
  constructor(readonly expectedMs: number) {
    super('No place');
  }
}

interface FairQueueOptions {
  /** How many may run side by side, asked anew each time. */
  limit: () => number;
  /** What is expected to wait longer is refused at once. */
  longestExpectedMs: number;
  /** What has waited so long is refused after all; well above the other, so that it is rare. */
  longestWaitMs: number;
  /**
   * A key may take no more places than it leaves free (dynamic thresholds, Choudhury and Hahne 1998), so that work that
   * takes long cannot keep others out. Without it one key may have all.
   */
  leavesRoom?: boolean;
}

interface Entry {
  since: number;
  begin: (leave: () => void) => void;
  refuse: (why: NoPlace) => void;
  isGone: () => boolean;
}

interface OfKey {
  running: number;
  waiting: Entry[];
}

/** By how much each measured time moves a mean. */
const WEIGHT = 0.05;
const SWEEP_MS = 100;

/**
 * Places for work that runs side by side, and a queue before them in which keys take turns (round robin): a key with
 * much delays each other by one piece of work a round. The expected wait is the turns that come before, times the mean
 * time between two that ended while others waited. That one rule bounds the queue and shares it: a key that has much
 * there would wait for all of it, and one that has nothing there for one turn of each other key.
 */
export function createFairQueue(options: FairQueueOptions) {
  const { limit, longestExpectedMs, longestWaitMs, leavesRoom = false } = options;
  const keys = new Map<string, OfKey>();
  /** Those with something that waits, in the order of their turns. */
  const turns = new Set<string>();
  let waiting = 0;
  let running = 0;
  let gapMs = 0;
  /** Since when something waits and no place was given back. */
  let backlogSince: number | undefined;
  let sweeper: NodeJS.Timeout | undefined;

  const mayRun = (own: number): boolean => {
    const free = limit() - running;
    return free > 0 && (own === 0 || !leavesRoom || own < free);
  };

  const expectedMs = (own: OfKey): number => {
    const ahead = Math.min(waiting, turns.size * (own.waiting.length + 1));
    // While nothing ends at all, it takes at least as long as it has taken so far.
    const stillMs = backlogSince === undefined ? 0 : performance.now() - backlogSince;
    return Math.max(ahead * gapMs, stillMs);
  };

  function measureGap(): void {
    const now = performance.now();
    if (backlogSince !== undefined) gapMs += (now - backlogSince - gapMs) * (gapMs === 0 ? 1 : WEIGHT);
    backlogSince = waiting > 0 ? now : undefined;
  }

  function dropIfIdle(key: string, own: OfKey): void {
    if (own.waiting.length === 0) turns.delete(key);
    if (own.waiting.length === 0 && own.running === 0) keys.delete(key);
  }

  /** @returns the function that gives the place back */
  function take(key: string, own: OfKey): () => void {
    let hasLeft = false;
    running += 1;
    own.running += 1;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      running -= 1;
      own.running -= 1;
      measureGap();
      dropIfIdle(key, own);
      goOn();
    };
  }

  /** The key whose turn it is, which is the last from then on. */
  function nextKey(): string | undefined {
    for (const key of turns) {
      if (!mayRun(keys.get(key)!.running)) continue;
      turns.delete(key);
      turns.add(key);
      return key;
    }
    return undefined;
  }

  function goOn(): void {
    for (let key = nextKey(); key !== undefined; key = nextKey()) {
      const own = keys.get(key)!;
      const { since, begin, refuse, isGone } = own.waiting.shift()!;
      waiting -= 1;
      const waited = performance.now() - since;
      if (waited > longestWaitMs) refuse(new NoPlace(waited));
      else if (!isGone()) begin(take(key, own));
      dropIfIdle(key, own);
    }
    if (waiting > 0) return;
    backlogSince = undefined;
    if (sweeper) sweeper = void clearInterval(sweeper);
  }

  /** Nobody's turn comes while nothing ends: what has waited too long is refused all the same. */
  function sweep(): void {
    const latest = performance.now() - longestWaitMs;
    for (const key of turns) {
      const own = keys.get(key)!;
      const kept = own.waiting.findIndex(({ since }) => since >= latest);
      const over = own.waiting.splice(0, kept < 0 ? own.waiting.length : kept);
      waiting -= over.length;
      for (const { refuse } of over) refuse(new NoPlace(longestWaitMs));
      dropIfIdle(key, own);
    }
    goOn();
  }

  return {
    /**
     * Resolves with a function to be called once the work has ended.
     * @param isGone whether nobody waits for it any more: then it is passed over, and never settles
     * @throws NoPlace at once, or after `longestWaitMs`
     */
    enter(key: string, isGone: () => boolean = () => false): Promise<() => void> {
      let own = keys.get(key);
      if (!own) keys.set(key, (own = { running: 0, waiting: [] }));
      if (waiting === 0 && mayRun(own.running)) return Promise.resolve(take(key, own));
      const expected = expectedMs(own);
      if (expected > longestExpectedMs) {
        dropIfIdle(key, own);
        return Promise.reject(new NoPlace(expected));
      }
      turns.add(key);
      waiting += 1;
      backlogSince ??= performance.now();
      sweeper ??= setInterval(sweep, SWEEP_MS).unref();
      const entered = new Promise<() => void>((begin, refuse) =>
        own.waiting.push({ since: performance.now(), begin, refuse, isGone }),
      );
      goOn();
      return entered;
    },

    running: (): number => running,
    waiting: (): number => waiting,
  };
}
