import type { Config } from '../config';
import { askNginx } from '../http/server/balancer';
import type { Drain } from '../http/server/drain';
import type { ControlHandlers } from './control-server';
import type { LiveStats } from './live-stats';
import { logLevelHandler, processStatus, type LevelledLogger, type ProcessStatus } from './process-status';

export interface ApiStatus extends ProcessStatus {
  kind: 'api';
  port: number;
  /** It refuses connections, or will in a moment: NGINX asks the others. */
  draining: boolean;
  /** Milliseconds since 1970 when it left the rotation by itself, since something held it; then it drains as well. */
  asideSince?: number;
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
  /** What leaves the rotation by itself, and what siblings ask to decide it. */
  aside: { since: () => number | undefined; vitals: () => unknown; handsOff: () => void };
  /** Has NGINX pass it over before its port closes; undefined where NGINX isn't known. */
  leave: (() => Promise<void>) | undefined;
  /** Listens again after a drain; resolves once NGINX does not pass it over any more: the others must not leave before. */
  rejoin: () => Promise<void>;
  isServing: () => boolean;
  live: LiveStats;
  hashPool: { underWay: () => number; threads: () => number };
  /** Of those under way: live pages that watch. */
  watchers: () => number;
  metricsAsJson: () => Promise<unknown>;
  loggers: LevelledLogger[];
}

/** When requests under way are given up in a drain by hand: NGINX waits no longer for them either. */
export const DEADLINE_MS = 15_000;

/** What an API worker tells of itself and can be told to do. */
export function apiControl(options: ApiControlOptions): ControlHandlers {
  const { config, drain, aside, leave, rejoin, isServing, live, hashPool, watchers, metricsAsJson, loggers } =
    options;
  return {
    'GET /status': (): ApiStatus => ({
      ...processStatus(config, config.workerName, loggers[0]!),
      kind: 'api',
      port: config.port,
      draining: drain.isDraining(),
      asideSince: aside.since(),
      serving: isServing(),
      listening: drain.isListening(),
      inFlight: drain.inFlight() - watchers(),
      hashes: hashPool.underWay(),
      hashThreads: hashPool.threads(),
      requests: live.snapshot(),
    }),
    'GET /metrics': metricsAsJson,
    /** Answered once nothing is under way and no connection is taken any more. */
    'POST /drain': () => {
      aside.handsOff();
      return drain.drain({ windowMs: config.drainMs, deadlineMs: DEADLINE_MS, leave });
    },
    /** Siblings ask for these when they decide whether to step aside, and when they leave NGINX's rotation. */
    'GET /vitals': aside.vitals,
    'POST /ask-nginx': () => askNginx(config.balancerUrl ?? ''),
    'POST /resume': () => {
      aside.handsOff();
      return rejoin();
    },
    'POST /log-level': logLevelHandler(loggers),
  };
}
