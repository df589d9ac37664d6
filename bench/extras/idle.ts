import { setTimeout as pause } from 'node:timers/promises';
import { countCpuTime } from '../figures/cpu-time';
import { countTraffic } from '../figures/traffic';
import { setupOf } from '../scenarios/setups';
import type { BenchContext } from '../stack/bench-context';
import type { IdlePoint } from '../store/result-types';
import type { Extra, ExtraMeasured } from './extra';

/** The difference is what a further worker costs the servers, whatever they cost themselves. */
const WORKERS = [1, 3];
/** Until the workers have announced themselves and warmed up. */
const SETTLE_MS = 5_000;
const WINDOW_SECONDS = 20;
const START_SECONDS = 20;

/** Measures what workers send to the servers without a request: marks, announcements, heartbeats. */
async function measureIdle(
  context: BenchContext,
  advance: (seconds: number) => void,
): Promise<ExtraMeasured> {
  const { stack, clusterSize, signal, say } = context;
  const idle: IdlePoint[] = [];
  for (const workers of WORKERS) {
    await stack.use({ ...setupOf('one', clusterSize), workers });
    await pause(SETTLE_MS, undefined, { signal });
    advance(START_SECONDS);
    const { groups } = await stack.processes();
    const [cpuSince, trafficSince] = [countCpuTime(groups), countTraffic(stack.serverPorts())];
    await pause(WINDOW_SECONDS * 1_000, undefined, { signal });
    const point = { workers, cpu: cpuSince(), traffic: trafficSince() };
    idle.push(point);
    const { Redis, MongoDB } = point.traffic ?? {};
    say(
      `idle: ${workers} workers, bytes/s to Redis ${Math.round(Redis?.inBytes ?? NaN)}, ` +
        `MongoDB ${Math.round(MongoDB?.inBytes ?? NaN)}`,
    );
    advance(WINDOW_SECONDS);
  }
  return { idle };
}

export const idle: Extra = {
  name: 'idle',
  what: 'what workers send to MongoDB, Redis and RabbitMQ without a request',
  isDefault: true,
  seconds: () => WORKERS.length * (START_SECONDS + WINDOW_SECONDS),
  measure: measureIdle,
};
