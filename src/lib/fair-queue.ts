/**
 * A queue with a lane for each key: the lanes give their first item in turn, and a lane that comes or comes back goes
 * behind the others. A key with many items therefore delays an item of another key by one turn.
 */
export function createFairQueue<T>() {
  // A map keeps its keys in the order in which they came: the first is the next.
  const lanes = new Map<string, T[]>();
  let size = 0;

  return {
    push(key: string, item: T): void {
      const lane = lanes.get(key);
      if (lane) lane.push(item);
      else lanes.set(key, [item]);
      size += 1;
    },

    /** @param mayGo which lanes may give one now; all if unset @returns `undefined` if nothing waits that may go */
    shift(mayGo: (key: string) => boolean = () => true): T | undefined {
      for (const [key, lane] of lanes) {
        if (!mayGo(key)) continue;
        const item = lane.shift()!;
        lanes.delete(key);
        if (lane.length > 0) lanes.set(key, lane);
        size -= 1;
        return item;
      }
      return undefined;
    },

    /** Takes out the first items of each lane for as long as they are `over`. */
    removeFirst(isOver: (item: T) => boolean): T[] {
      const removed: T[] = [];
      for (const [key, lane] of lanes) {
        while (lane.length > 0 && isOver(lane[0]!)) removed.push(lane.shift()!);
        if (lane.length === 0) lanes.delete(key);
      }
      size -= removed.length;
      return removed;
    },

    size: (): number => size,
    sizeOf: (key: string): number => lanes.get(key)?.length ?? 0,
    /** How many keys have something that waits. */
    lanes: (): number => lanes.size,
  };
}
