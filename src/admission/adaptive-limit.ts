/** How many may wait for each other beyond what keeps everything busy: with fewer the limit grows, with more it shrinks. */
const FEWEST_QUEUED = 8;
const MOST_QUEUED = 12;
const BEGIN = 20;
const LEAST = 2;
const MOST = 1_000;
/** How long samples are gathered for one step, and how many there must be. */
const WINDOW_MS = 100;
const FEWEST_SAMPLES = 10;
/** The shortest time of a route is forgotten after one to two of these, since the machine may have become slower. */
const MEMORY_MS = 15_000;
/** How long `LEAST` holds at the beginning of each, so that the shortest time of a full worker is seen again. */
const PROBE_MS = 200;

/**
 * How many pieces of work may run side by side so that none waits long for another, by TCP Vegas (Brakmo and Peterson
 * 1995), as Netflix's concurrency-limits apply it to requests. What one takes beyond the shortest time of its route it
 * spent in queues (of the event loop, of MongoDB); by Little's law `running × (1 − shortest ÷ measured)` of them queue.
 * The limit grows by a tenth while few queue though work waits for places, and shrinks by a tenth while many do.
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
     * @param ms from when the work could have begun until it ended
     * @param running how many ran, itself included
     * @param isShort whether others wait for a place
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
