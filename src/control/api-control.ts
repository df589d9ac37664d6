import type { Config } from '../config';
import type { Drain } from '../http/drain';
import type { ControlHandlers } from './control-server';
import type { LiveStats } from './live-stats';
import { logLevelHandler, processStatus, type LevelledLogger, type ProcessStatus } from './process-status';

export interface ApiStatus extends ProcessStatus {
  kind: 'api';
  port: number;
  /** It refuses connections, or will in a moment: NGINX asks the others. */
  draining: boolean;
  /** NGINX sends it requests. */
  serving: boolean;
  /** Whether its port takes connections still. */
  listening: boolean;
  /** Requests under way. */
  inFlight: number;
  /** Passwords that wait or are hashed. */
  hashes: number;
  hashThreads: number;
  requests: ReturnType<LiveStats['snapshot']>;
}

interface ApiControlOptions {
  config: Config;
  drain: Drain;
  /** Has NGINX pass it over before its port closes; undefined where NGINX isn't known. */
  leave: (() => Promise<void>) | undefined;
  /** Begins to listen again after a drain. */
  listen: () => Promise<void>;
  /** Resolves once NGINX sends requests here again. */
  join: () => Promise<void>;
  hasStarted: () => boolean;
  live: LiveStats;
  hashPool: { underWay: () => number; threads: () => number };
  /** Of those under way: live pages that watch. */
  watchers: () => number;
  metricsAsJson: () => Promise<unknown>;
  loggers: LevelledLogger[];
}

/** When requests under way are given up in a drain by hand: NGINX waits no longer for them either. */
const DEADLINE_MS = 15_000;

/** What an API worker tells of itself and can be told to do. */
export function apiControl(options: ApiControlOptions): ControlHandlers {
  const { config, drain, leave, listen, join, hasStarted, live, hashPool, watchers, metricsAsJson, loggers } =
    options;
  let returning = 0;

  /** Until NGINX doesn't pass it over any more: the others must not leave before. */
  async function resume(): Promise<void> {
    returning += 1;
    try {
      await drain.resume(listen);
      await join();
    } finally {
      returning -= 1;
    }
  }

  return {
    'GET /status': (): ApiStatus => ({
      ...processStatus(config, config.workerName, loggers[0]!),
      kind: 'api',
      port: config.port,
      draining: drain.isDraining(),
      serving: hasStarted() && !drain.isDraining() && returning === 0,
      listening: drain.isListening(),
      inFlight: drain.inFlight() - watchers(),
      hashes: hashPool.underWay(),
      hashThreads: hashPool.threads(),
      requests: live.snapshot(),
    }),
    'GET /metrics': metricsAsJson,
    /** Answered once nothing is under way and no connection is taken any more. */
    'POST /drain': () => drain.drain({ windowMs: config.drainMs, deadlineMs: DEADLINE_MS, leave }),
    'POST /resume': resume,
    'POST /log-level': logLevelHandler(loggers),
  };
}
