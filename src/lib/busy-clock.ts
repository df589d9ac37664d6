export type BusyClock = ReturnType<typeof createBusyClock>;

/**
 * How long a server had at least one command of this process to answer. It knows nothing of requests, so it costs
 * next to nothing: following each of them through its promises would cost more than a cached read in all.
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
    /** Milliseconds up to `now`, from any beginning: the difference of two counts. */
    at: (now: number): number => (underWay > 0 ? total + Math.max(0, now - since) : total),
  };
}
