/**
 * Counts from one completion to another. If few things happen in a second, a window cut by the clock would count the
 * first and the last of them by halves.
 */
export function createRateWindow(seconds: number) {
  let openedAt: number | undefined;
  let closedAt: number | undefined;
  let count = 0;

  return {
    /**
     * @param now in ms
     * @returns false for the first completion, which opens the window, and for those after its end
     */
    record(now: number): boolean {
      if (closedAt !== undefined) return false;
      if (openedAt === undefined) {
        openedAt = now;
        return false;
      }
      count += 1;
      if (now - openedAt >= seconds * 1_000) closedAt = now;
      return true;
    },
    isClosed: () => closedAt !== undefined,
    count: () => count,
    /** `0` if the window did not close. */
    perSecond: () =>
      openedAt === undefined || closedAt === undefined ? 0 : (count * 1_000) / (closedAt - openedAt),
  };
}
