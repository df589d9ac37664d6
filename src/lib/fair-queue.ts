/**
 * A queue with a lane for each key. Lanes give their first item in turn, and a new lane goes behind the others, so a
 * key with many items delays another key by one turn.
 */
export function createFairQueue<T>() {
  // A Map iterates in insertion order: its first lane is the next.
  const lanes = new Map<string, T[]>();
  let size = 0;

  return {
    push(key: string, item: T): void {
      const lane = lanes.get(key);
      if (lane) lane.push(item);
      else lanes.set(key, [item]);
      size += 1;
    },

    /** @param mayGo whether a lane may give an item now @returns `undefined` if no lane may */
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

    /** Removes the leading items of each lane while they are over. */
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
    lanes: (): number => lanes.size,
  };
}
