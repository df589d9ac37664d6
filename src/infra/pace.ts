/** Weight of the newest piece of work in the mean: about ten pieces after a change the mean is near the new value. */
const NEWEST = 0.2;

/** Measures how long a piece of work takes, and follows a machine that gets slower or quicker. */
export function createPace() {
  let mean: number | undefined;
  const begun = new Set<{ at: number }>();

  return {
    /**
     * Returns a function to call at the end, with the milliseconds of the work alone; without them if it failed, which
     * says nothing of the pace. The first of all waited for its thread to start, so only its work counts.
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
     * Milliseconds: the moving mean, or the age of the oldest piece under way if that is more, so that a stall shows
     * before its end. 0 before the first piece.
     */
    ms(): number {
      const [oldest] = begun;
      return Math.max(mean ?? 0, oldest ? performance.now() - oldest.at : 0);
    },
  };
}
