export type BusyClock = ReturnType<typeof createBusyClock>;

/**
 * Measures how long at least one command of this process was under way at a server. It does not know the requests:
 * following each through its promises would cost more than a cached read.
 */
export function createBusyClock() {
  let underWay = 0;
  let since = 0;
  let total = 0;
  return {
    begins(): void {
      if (underWay++ === 0) since = performance.now();
    },
    ends(): void {
      if (underWay > 0 && --underWay === 0) total += performance.now() - since;
    },
    /** Milliseconds up to `now` from an arbitrary start: use the difference of two calls. */
    at: (now: number): number => (underWay > 0 ? total + Math.max(0, now - since) : total),
  };
}
