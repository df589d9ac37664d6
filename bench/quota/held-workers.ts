import type { BenchStack } from '../stack/bench-stack';
import type { Quota } from './quota';

interface HeldWorkers {
  stack: Pick<BenchStack, 'apiWorkers'>;
  quota: Quota;
  /** Of each of them. */
  cores: number;
  isHeld?: (name: string) => boolean;
}

/** Holds each of these API workers, with all its threads, to so much of a core. */
export async function holdWorkers({ stack, quota, cores, isHeld = () => true }: HeldWorkers) {
  const held = (await stack.apiWorkers()).filter(({ name }) => isHeld(name));
  for (const { name, pid } of held) quota.hold(name, [pid], cores);

  /** Of the first so many. */
  function countPeriods(count: number) {
    const told = held.slice(0, count).map(({ name }) => quota.throttled(name));
    return {
      all: told.reduce((sum, { periods }) => sum + periods, 0),
      throttled: told.reduce((sum, { throttledPeriods }) => sum + throttledPeriods, 0),
    };
  }

  return {
    /** Starts counting; the returned function tells in which share of the time they used up what they had. */
    throttledSince(count: number): () => number {
      const before = countPeriods(count);
      return () => {
        const after = countPeriods(count);
        return (after.throttled - before.throttled) / (after.all - before.all);
      };
    },
    /** One that PM2 has started anew is outside its group, and what was measured meanwhile is wrong. */
    errors(): Record<string, number> {
      const gone = held.filter(({ name, pid }) => !quota.holds(name, pid)).length;
      return gone > 0 ? { 'a worker was started anew and ran without a quota': gone } : {};
    },
  };
}
