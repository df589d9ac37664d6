export type Lateness = ReturnType<typeof createLateness>;

const TICK_MS = 20;
/** A pause of the garbage collector is shorter: a lateness that lasts so long stands. */
const STANDING_MS = 500;
/** In so many ticks at least: else one long pause would be all of that span. */
const STANDING_TICKS = 5;
/** After this long a past lateness weighs 1/e in `recentMs`. */
const MEMORY_MS = 1_000;
/** A stall counts as so long in `recentMs`, whose mean it then lifts by 23 ms: only stalls that go on lift it further. */
const LONGEST_MS = 150;

interface LatenessOptions {
  /** The time in milliseconds; performance.now() if unset. */
  now?: () => number;
}

/**
 * Measures how late the event loop of this process is, by a timer that is due every 20 ms: it comes late if the loop is
 * busy, if other processes have the cores, and if a quota (or SIGSTOP) holds the process, which its CPU time does not show.
 */
export function createLateness({ now = () => performance.now() }: LatenessOptions = {}) {
  let ticked = now();
  let lastMs = 0;
  let recent = 0;
  /** The least lateness of this span, and of the one before. */
  let [least, before] = [Infinity, 0];
  let [spanEnds, ticks] = [now() + STANDING_MS, 0];
  const overdue = () => Math.max(0, now() - ticked - TICK_MS);

  /** Weighs each lateness by how long it lasted: a stall of 90 ms in 100 counts as 90 ms nearly all of the time. */
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
    /** Milliseconds by which the last tick was late, or the next one is by now. */
    nowMs: (): number => Math.max(lastMs, overdue()),
    /** Milliseconds, at most 150: a mean over about the last second, with the stall that lasts still. */
    recentMs: (): number => (overdue() > lastMs ? withLast(overdue()) : recent),
    /** Milliseconds: the least of the last half second or second, so that a pause alone is none (CoDel, RFC 8289). */
    standingMs: (): number => Math.min(least, before),
    stop: (): void => clearInterval(timer),
  };
}
