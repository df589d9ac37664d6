export type AdaptiveLimit = ReturnType<typeof createAdaptiveLimit>;

interface AdaptiveLimitOptions {
  /** By performance.now(), in milliseconds. */
  now?: () => number;
}

/** How many requests may wait for each other beyond what keeps everything busy: fewer let the limit grow, more shrink it. */
const FEWEST_QUEUED = 3;
const MOST_QUEUED = 6;
const LEAST = 2;
const MOST = 1_000;
const BEGIN = 10;
/** How long samples are gathered for one step, and how many there must be. */
const WINDOW_MS = 100;
const FEWEST_SAMPLES = 10;
/** The shortest time of a route is forgotten after one to two of these, since the machine may have become slower. */
const MEMORY_MS = 15_000;
/** How long only `LEAST` run after that, so that the shortest time is seen again and not that of a full worker. */
const PROBE_MS = 200;

/**
 * How many pieces of work may run side by side so that none waits long for another, by TCP Vegas (Brakmo and Peterson
 * 1995), as Netflix's concurrency-limits apply it to requests: what a request takes beyond the shortest time of its
 * route it spent in queues (of the event loop, of MongoDB), so `limit × (1 − shortest ÷ measured)` requests queue. The
 * limit grows while fewer than `FEWEST_QUEUED` do and all places were taken, and shrinks by a tenth above `MOST_QUEUED`.
 */
export function createAdaptiveLimit({ now = () => performance.now() }: AdaptiveLimitOptions = {}) {
  let limit = BEGIN;
  let wasFull = false;
  let samples = 0;
  let queuedShare = 0;
  let windowEnds = now() + WINDOW_MS;
  let recent = new Map<string, number>();
  let earlier = new Map<string, number>();
  let memoryEnds = now() + MEMORY_MS;
  let probeEnds = 0;

  function step(at: number): void {
    const queued = (limit * queuedShare) / samples;
    if (queued > MOST_QUEUED) limit = Math.max(LEAST, limit * 0.9);
    else if (queued < FEWEST_QUEUED && wasFull) limit = Math.min(MOST, limit + Math.max(1, limit / 10));
    [samples, queuedShare, wasFull] = [0, 0, false];
    windowEnds = at + WINDOW_MS;
  }

  function forget(at: number): void {
    [earlier, recent] = [recent, new Map()];
    memoryEnds = at + MEMORY_MS;
    // Only a worker that is full has nothing but samples of a full worker.
    if (wasFull) probeEnds = at + PROBE_MS;
  }

  return {
    now: (): number => (now() < probeEnds ? LEAST : Math.floor(limit)),

    /** To be called when something had to wait for a place. */
    full(): void {
      wasFull = true;
    },

    /** @param ms from when a piece of work of this route could have begun until it ended */
    took(route: string, ms: number): void {
      const at = now();
      if (at > memoryEnds) forget(at);
      const least = Math.min(ms, recent.get(route) ?? ms, earlier.get(route) ?? ms);
      if (least < (recent.get(route) ?? Infinity)) recent.set(route, least);
      samples += 1;
      queuedShare += ms > 0 ? 1 - least / ms : 0;
      if (at > windowEnds && samples >= FEWEST_SAMPLES) step(at);
    },
  };
}
