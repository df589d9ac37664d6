import type { Quota } from '../../tools/quota/quota';
import { sum } from '../figures/statistics';
import type { BenchStack } from '../stack/bench-stack';

interface HeldWorkers {
  stack: Pick<BenchStack, 'apiWorkers'>;
  quota: Quota;
  /** Cores of each worker. */
  cores: number;
  isHeld?: (name: string) => boolean;
}

/** Holds each of these API workers, with all its threads, to a part of a core. */
export async function holdWorkers({ stack, quota, cores, isHeld = () => true }: HeldWorkers) {
  const held = (await stack.apiWorkers()).filter(({ name }) => isHeld(name));
  for (const { name, pid } of held) quota.hold(name, [pid], cores);

  function countPeriods(workers: number) {
    const counts = held.slice(0, workers).map(({ name }) => quota.throttled(name));
    return {
      all: sum(counts.map(({ periods }) => periods)),
      throttled: sum(counts.map(({ throttledPeriods }) => throttledPeriods)),
    };
  }

  return {
    /**
     * Starts to count for the first `workers`.
     * @returns a function that returns the share of periods in which they used up their quota
     */
    throttledSince(workers: number): () => number {
      const before = countPeriods(workers);
      return () => {
        const after = countPeriods(workers);
        return (after.throttled - before.throttled) / (after.all - before.all);
      };
    },
    /** A worker that PM2 has restarted is outside its group, so its measurement is wrong. */
    errors(): Record<string, number> {
      const gone = held.filter(({ name, pid }) => !quota.holds(name, pid)).length;
      return gone > 0 ? { 'a worker was restarted and ran without a quota': gone } : {};
    },
  };
}
