import { performance } from 'node:perf_hooks';
import type { Vitals } from '../control/protocol';
import type { Lateness } from '../admission/lateness';

const LEAST_WINDOW_MS = 500;

/** Measures CPU time and utilisation over half a second to a second, if called several times a second. */
export function createVitals(lateness: Pick<Lateness, 'recentMs'>) {
  const look = () => ({
    at: performance.now(),
    cpu: process.cpuUsage(),
    loop: performance.eventLoopUtilization(),
  });
  let [earlier, later] = [look(), look()];

  return (): Pick<Vitals, 'lateMs' | 'cores' | 'utilisation'> => {
    const now = look();
    if (now.at - later.at >= LEAST_WINDOW_MS) [earlier, later] = [later, now];
    const { user, system } = process.cpuUsage(earlier.cpu);
    return {
      lateMs: Math.round(lateness.recentMs()),
      cores: (user + system) / 1_000 / Math.max(1, now.at - earlier.at),
      utilisation: performance.eventLoopUtilization(now.loop, earlier.loop).utilization,
    };
  };
}
