/** Which worker answered how often, by `X-Worker`. */
export function createWorkerCount() {
  const counts = new Map<string, number>();
  return {
    /** @param headers in whatever case a client leaves their names */
    add(headers: object = {}): void {
      const [, worker] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'x-worker') ?? [];
      counts.set(String(worker), (counts.get(String(worker)) ?? 0) + 1);
    },
    clear: () => counts.clear(),
    /** NaN where nobody has answered. */
    share: (worker: string): number =>
      (counts.get(worker) ?? 0) / [...counts.values()].reduce((sum, count) => sum + count, 0),
  };
}
