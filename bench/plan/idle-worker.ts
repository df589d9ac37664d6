import type { BenchResults, IdlePoint } from '../store/result-types';
import type { Constants } from './constants-schema';

/** Calculates a further worker from the least and the most workers. */
export function idleWorkerOf(
  points: BenchResults['idle'],
  source: string,
): Partial<Constants['idleWorker']> | undefined {
  const [one, many] = [points?.at(0), points?.at(-1)];
  if (!one || !many || many.workers <= one.workers) return undefined;
  const each = (valueOf: (point: IdlePoint) => number | undefined) =>
    round(Math.max(0, ((valueOf(many) ?? NaN) - (valueOf(one) ?? NaN)) / (many.workers - one.workers)));
  const servers = ['Redis', 'MongoDB', 'RabbitMQ'] as const;
  const by = <T>(valueOf: (server: (typeof servers)[number]) => T) =>
    Object.fromEntries(servers.map((server) => [server, valueOf(server)])) as Record<
      (typeof servers)[number],
      T
    >;
  return {
    ...(one.cpu &&
      many.cpu && {
        cpuMicros: { source, ...by((server) => each(({ cpu }) => (cpu?.[server] ?? NaN) * 1e6)) },
      }),
    ...(one.traffic &&
      many.traffic && {
        connections: { source, ...by((server) => each(({ traffic }) => traffic?.[server]?.connections)) },
      }),
  };
}

/** Returns what so many workers use without a request; 0 if it was not measured. */
export function atRest(
  points: BenchResults['idle'],
  workers: number,
  valueOf: (point: IdlePoint) => number | undefined,
): number {
  const [one, many] = [points?.at(0), points?.at(-1)];
  if (!one || !many || many.workers <= one.workers) return 0;
  const [from, to] = [valueOf(one) ?? 0, valueOf(many) ?? 0];
  return from + ((to - from) * (workers - one.workers)) / (many.workers - one.workers);
}

/** Three digits: a measurement is no more exact. */
export const round = (value: number) => Number(value.toPrecision(3));
