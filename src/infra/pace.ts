/** Weight of the newest duration in the mean: it follows a change after about ten pieces of work. */
const NEWEST = 0.2;

/** Estimates how long a piece of work takes, and follows a host that gets slower or faster. */
export function createPace() {
  let mean: number | undefined;
  const begun = new Set<{ at: number }>();

  return {
    /**
     * Returns a function to call at the end, with the milliseconds of the work alone, or without them if the work
     * failed: a failure does not count. The first piece counts only its work, since it also waited for its thread to
     * start.
     */
    begin(): (workMs?: number) => void {
      const piece = { at: performance.now() };
      begun.add(piece);
      return (workMs) => {
        begun.delete(piece);
        if (workMs === undefined) return;
        const took = performance.now() - piece.at;
        mean = mean === undefined ? workMs : mean + NEWEST * (took - mean);
      };
    },

    /**
     * Mean milliseconds, or the age of the oldest piece under way if that is more, so a stall shows early; 0 at first.
     */
    ms(): number {
      const [oldest] = begun;
      return Math.max(mean ?? 0, oldest ? performance.now() - oldest.at : 0);
    },
  };
}
