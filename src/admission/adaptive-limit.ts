/** Bounds on how many requests queue for each other: with fewer the limit grows, with more it shrinks. */
const FEWEST_QUEUED = 8;
const MOST_QUEUED = 12;
const BEGIN = 20;
const LEAST = 2;
const MOST = 1_000;
/** Duration of the samples of one step, and how many samples a step needs. */
const WINDOW_MS = 100;
const FEWEST_SAMPLES = 10;
/** A route's shortest time is forgotten after one to two of these, since the host may have become slower. */
const MEMORY_MS = 15_000;
/** How long `LEAST` holds at the start of each period, so that even a busy worker measures an undisturbed time. */
const PROBE_MS = 200;

/**
 * Computes how many pieces of work may run side by side without waiting long for each other, by TCP Vegas (Brakmo and
 * Peterson 1995), as Netflix's concurrency-limits applies it to requests. Time beyond the shortest of the same route
 * was spent in queues (of the event loop, of MongoDB); by Little's law `running × (1 − shortest ÷ measured)` of them
 * queue. The limit grows by a tenth while few queue and work waits for places, and shrinks by a tenth while many queue.
 */
export function createAdaptiveLimit(now: () => number = () => performance.now()) {
  let limit = BEGIN;
  let isWanted = false;
  let samples = 0;
  let queued = 0;
  let windowEnds = now() + WINDOW_MS;
  let recent = new Map<string, number>();
  let earlier = new Map<string, number>();
  let memoryEnds = now() + MEMORY_MS;
  let probeEnds = 0;

  function step(at: number): void {
    const mean = queued / samples;
    if (mean > MOST_QUEUED) limit = Math.max(LEAST, limit * 0.9);
    else if (mean < FEWEST_QUEUED && isWanted) limit = Math.min(MOST, limit * 1.1);
    if (at > memoryEnds) {
      earlier = recent;
      recent = new Map();
      memoryEnds = at + MEMORY_MS;
      if (isWanted) probeEnds = at + PROBE_MS;
    }
    [samples, queued, isWanted] = [0, 0, false];
    windowEnds = at + WINDOW_MS;
  }

  return {
    now: (): number => (now() < probeEnds ? LEAST : Math.floor(limit)),

    /**
     * @param ms from the earliest possible start of the work to its end
     * @param running number that ran, including this one
     * @param isShort true if other work waits for a place
     */
    took(route: string, ms: number, running: number, isShort: boolean): void {
      const lately = Math.min(ms, recent.get(route) ?? ms);
      recent.set(route, lately);
      const least = Math.min(lately, earlier.get(route) ?? lately);
      samples += 1;
      queued += ms > 0 ? running * (1 - least / ms) : 0;
      isWanted ||= isShort;
      const at = now();
      if (at > windowEnds && samples >= FEWEST_SAMPLES) step(at);
    },
  };
}
