/**
 * Counts from one completion to another: where few things happen in a second, a window that is cut by the
 * clock would count its first and last one by halves.
 */
export function createRateWindow(seconds: number) {
  let openedAt: number | undefined;
  let closedAt: number | undefined;
  let count = 0;

  return {
    /** @param now in ms @returns whether it counts: neither the first, which opens, nor any after the end */
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
    /** 0 where too little happened for a rate. */
    perSecond: () =>
      openedAt === undefined || closedAt === undefined ? 0 : (count * 1_000) / (closedAt - openedAt),
  };
}
