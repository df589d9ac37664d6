export type Lateness = ReturnType<typeof createLateness>;

const TICK_MS = 20;
/** A pause of the garbage collector is shorter; so long must it last for the worker to be late. */
const STANDING_MS = 500;

/** How late the event loop runs what is due, by a timer. */
export function createLateness() {
  let due = performance.now() + TICK_MS;
  let last = 0;
  let recent = 0;
  /** The least of this span, and of the one before. */
  let [least, before] = [Infinity, 0];
  let spanEnds = performance.now() + STANDING_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    last = Math.max(0, now - due);
    recent += (last - recent) * Math.min(1, (now - due + TICK_MS) / 1_000);
    due = now + TICK_MS;
    least = Math.min(least, last);
    if (now < spanEnds) return;
    [before, least] = [least, Infinity];
    spanEnds = now + STANDING_MS;
  }, TICK_MS).unref();
  return {
    /** At this moment, in milliseconds. */
    nowMs: (): number => Math.max(last, performance.now() - due),
    /** The mean of about the last second. */
    recentMs: (): number => recent,
    /** The least of the last half second or second: above it only if it was late all the time (as CoDel, RFC 8289). */
    standingMs: (): number => Math.min(least, before),
    stop: (): void => clearInterval(timer),
  };
}
