export type Lateness = ReturnType<typeof createLateness>;

const TICK_MS = 20;
/** Longer than a pause of the garbage collector. */
const STANDING_MS = 500;
/** Minimum number of ticks, or one long pause would fill the whole span. */
const STANDING_TICKS = 5;
/** Age at which a lateness weighs 1/e in `recentMs`. */
const MEMORY_MS = 1_000;
/** Cap of one stall in `recentMs`, whose mean it lifts by at most 23 ms: only repeated stalls lift it further. */
const LONGEST_MS = 150;

interface LatenessOptions {
  /** Clock in milliseconds; performance.now() if unset. */
  now?: () => number;
}

/**
 * Measures how late this process's event loop is, by a timer due every 20 ms. The timer is late if the loop is busy, if
 * other processes have the cores, or if a quota (or SIGSTOP) holds the process, which CPU time does not show.
 */
export function createLateness({ now = () => performance.now() }: LatenessOptions = {}) {
  let ticked = now();
  let lastMs = 0;
  let recent = 0;
  /** Least lateness of this span and of the previous one. */
  let [least, before] = [Infinity, 0];
  let [spanEnds, ticks] = [now() + STANDING_MS, 0];
  const overdue = () => Math.max(0, now() - ticked - TICK_MS);

  /** Weighs a lateness by its duration: a stall of 90 ms in every 100 counts as nearly 90 ms. */
  function withLast(stallMs: number): number {
    const lateMs = Math.min(stallMs, LONGEST_MS);
    return recent + (lateMs - recent) * (1 - Math.exp(-(lateMs + TICK_MS) / MEMORY_MS));
  }

  const timer = setInterval(() => {
    lastMs = overdue();
    recent = withLast(lastMs);
    ticked = now();
    least = Math.min(least, lastMs);
    ticks += 1;
    if (ticked < spanEnds || ticks < STANDING_TICKS) return;
    [before, least] = [least, Infinity];
    [spanEnds, ticks] = [ticked + STANDING_MS, 0];
  }, TICK_MS).unref();

  return {
    /** Lateness of the last tick, or of the next one if that is more already, in ms. */
    nowMs: (): number => Math.max(lastMs, overdue()),
    /** Mean lateness of about the last second in ms, at most 150, including a stall that still lasts. */
    recentMs: (): number => (overdue() > lastMs ? withLast(overdue()) : recent),
    /** Least lateness of the last half second to second in ms: a single pause does not count (CoDel, RFC 8289). */
    standingMs: (): number => Math.min(least, before),
    stop: (): void => clearInterval(timer),
  };
}
