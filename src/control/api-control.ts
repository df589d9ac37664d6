import { performance } from 'node:perf_hooks';
import type { Config } from '../config';
import { drainTimes } from '../config/time-limits';
import type { Drain } from '../http/server/drain';
import type { HashPool } from '../infra/hash-pool';
import type { LiveStats } from './live-stats';
import { processStatus, refuseDrainedHost, setLevel, type LevelledLogger } from './process-status';
import type { Answers, ControlHandlers, Vitals } from './protocol';

interface ApiControlOptions {
  config: Config;
  drain: Drain;
  aside: { since: () => number | undefined; vitals: () => Vitals; handsOff: () => void };
  /** Has NGINX pass this worker over before its port closes; undefined if NGINX's address is unknown. */
  leave: (() => Promise<void>) | undefined;
  /** Has each NGINX ask all workers in its rotation, for a sibling that leaves; undefined as above. */
  askNginx: (() => Promise<void>) | undefined;
  /** Listens again after a drain. Resolves when NGINX uses this worker again: until then its siblings must not leave. */
  rejoin: () => Promise<void>;
  isServing: () => boolean;
  /** True while an operator wants this host to take nothing. */
  isHostDrained: () => boolean;
  live: LiveStats;
  hashPool: Pick<HashPool, 'underWay' | 'threads' | 'done' | 'waitMs'>;
  /** Ids of the keys of the tokens. */
  keyIds: () => string[];
  /** Number of requests under way that are live pages. */
  watchers: () => number;
  metricsAsJson: () => Promise<Answers['GET /metrics']>;
  loggers: LevelledLogger[];
}

/** A drain by an operator aborts requests that take longer. NGINX does not wait longer for them either. */
export const DEADLINE_MS = 15_000;

export function apiControl(options: ApiControlOptions) {
  const { config, drain, aside, leave, rejoin, isServing, live, hashPool, watchers, keyIds, metricsAsJson } =
    options;
  const { isHostDrained, loggers } = options;
  return {
    'GET /status': () => ({
      ...processStatus(config, config.workerName, loggers[0]!),
      kind: 'api',
      port: config.port,
      draining: drain.isDraining(),
      asideSince: aside.since(),
      serving: isServing(),
      hostDrained: isHostDrained(),
      listening: drain.isListening(),
      inFlight: drain.inFlight() - watchers(),
      hashes: hashPool.underWay(),
      hashThreads: hashPool.threads(),
      keyIds: keyIds(),
      requests: live.snapshot(),
    }),
    'GET /metrics': metricsAsJson,
    'POST /drain': () => {
      aside.handsOff();
      return drain.drain({ ...drainTimes(config.drainMs), deadlineMs: DEADLINE_MS, leave });
    },
    'POST /resume': async () => {
      refuseDrainedHost(config.hostName, isHostDrained());
      aside.handsOff();
      return rejoin();
    },
    'GET /vitals': aside.vitals,
    'GET /load': () => {
      const { active, idle } = performance.eventLoopUtilization();
      return {
        activeMs: active,
        idleMs: idle,
        answered: live.answered(),
        hashed: hashPool.done(),
        hashWaitMs: hashPool.waitMs(),
        hashThreads: hashPool.threads(),
        serving: isServing() || aside.since() !== undefined,
      };
    },
    'POST /ask-nginx': () => {
      if (!options.askNginx) throw new Error('BALANCER_URL is not set');
      return options.askNginx();
    },
    'POST /log-level': setLevel(loggers),
  } satisfies ControlHandlers;
}
