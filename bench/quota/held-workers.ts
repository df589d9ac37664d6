import type { BenchStack } from '../bench-stack';
import type { Quota } from './quota';

type Stack = Pick<BenchStack, 'apiWorkers'>;

/** Holds each of these workers, with all its threads, to so much of a core. */
export async function holdWorkers(
  stack: Stack,
  quota: Quota,
  cores: number,
  isHeld: (name: string) => boolean = () => true,
) {
  const workers = await stack.apiWorkers();
  const held = workers.filter(({ name }) => isHeld(name));
  for (const { name, pid } of held) quota.hold(name, [pid], cores);

  return {
    /** One that PM2 has started anew is outside its group, and what was measured meanwhile is wrong. */
    async errors(): Promise<Record<string, number>> {
      const now = await stack.apiWorkers();
      const gone = held.filter(({ pid }) => !now.some((worker) => worker.pid === pid));
      return gone.length > 0 ? { 'a worker was started anew and ran without a quota': gone.length } : {};
    },
  };
}
