/** Counts by key; a key at 0 takes no memory. `add` and `remove` return the new count. */
export function createTally() {
  const counts = new Map<string, number>();
  let total = 0;
  const of = (key: string) => counts.get(key) ?? 0;
  const change = (key: string, by: number) => {
    const count = of(key) + by;
    total += by;
    if (count === 0) counts.delete(key);
    else counts.set(key, count);
    return count;
  };
  return {
    of,
    all: (): ReadonlyMap<string, number> => counts,
    total: (): number => total,
    add: (key: string): number => change(key, 1),
    remove: (key: string): number => change(key, -1),
  };
}
