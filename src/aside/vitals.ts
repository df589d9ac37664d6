import { performance } from 'node:perf_hooks';
import type { Lateness } from '../admission/lateness';

/** How an API worker fares: what its siblings on this machine ask it for. */
export interface Vitals {
  /** Milliseconds by which its event loop is late, over about the last second. */
  lateMs: number;
  /** CPU time by time over about the last second: 1 is one core. */
  cores: number;
  /** Share of that time in which its event loop had something to do; it includes waiting for a core. */
  utilisation: number;
  /** NGINX sends it requests. */
  serving: boolean;
  /** It left NGINX's rotation by itself. */
  aside: boolean;
  /** Milliseconds since it began to serve, or to serve again. */
  servingForMs: number;
}

const LEAST_WINDOW_MS = 500;

/** Measures CPU time and utilisation over a window of half a second to a second, if it is called several times a second. */
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
