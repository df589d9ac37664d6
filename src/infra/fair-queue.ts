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

    /** Returns `undefined` if nothing waits. */
    shift(): T | undefined {
      for (const [key, lane] of lanes) {
        const item = lane.shift()!;
        lanes.delete(key);
        if (lane.length > 0) lanes.set(key, lane);
        size -= 1;
        return item;
      }
      return undefined;
    },

    size: () => size,
  };
}
