import { composeAdmission } from '../admission/compose';
import { composeAudit } from '../audit/compose';
import { observeBackups } from '../backup/kept-backups';
import { composeCache } from '../cache/compose';
import { followReign } from '../cache/follow-reign';
import type { Config } from '../config';
import { createLiveStats } from '../control/live-stats';
import { composeDisks } from '../disk/compose';
import { composeHealth } from '../health/compose';
import { composeRequests } from '../http/server/compose';
import { createOnce } from '../idempotency/idempotency-service';
import { createMetrics } from '../infra/metrics';
import { createRateLimiters } from '../infra/rate-limiter';
import { createLiveChannel } from '../infra/redis/live-channel';
import { connectRedis } from '../infra/redis/redis';
import { createBusyClock } from '../lib/busy-clock';
import { createNetworkCheck } from '../lib/networks';
import { createCursors } from '../lists/cursor';
import { forgetAfterElections } from '../notices/after-elections';
import { createNoticeBoard } from '../notices/notice-board';
import { createPeople } from '../people/people';
import type { Logger } from '../process/logger';
import { openKeys } from './keys';
import { openStore } from './store';

/** Builds what the features of an API worker share, connected. */
export async function composeFoundation(config: Config, logger: Logger) {
  const { keyPrefix: prefix } = config;
  const keys = openKeys(config, logger);
  const metrics = createMetrics({ host: config.hostName, worker: config.workerName });
  const clocks = { mongo: createBusyClock(), redis: createBusyClock() };
  const store = await openStore(config, logger, metrics, clocks.mongo);
  const { mongo, users, idempotencyKeys } = store;
  const intake = composeAdmission(metrics, logger);
  const { admission, lateness, refused } = intake;
  const onRefused = () => refused('write', 'disk');
  const disks = await composeDisks(config, metrics, { askDatabase: mongo.room, onRefused, logger });
  observeBackups(metrics, config.diskPlaces.backups);
  const live = createLiveStats({ lateMs: lateness.recentMs, refused: intake.recentRefusals });
  const requests = composeRequests(config, { metrics, clocks, logger, onRequest: live.record });
  const redis = config.redisUrl
    ? connectRedis(config.redisUrl, { prefix, logger, busy: clocks.redis })
    : undefined;
  const board = createNoticeBoard(store.notices, logger);
  await board.start();
  const following = redis && followReign({ redis, board, logger });
  await following?.start(config.isTrial);
  const stopForgetting = forgetAfterElections(mongo, board);
  const refusals = metrics.counter('taskfleet_rate_limit_refused_total', 'Requests over a limit', ['policy']);
  const rateLimiter = createRateLimiters({ redis, prefix, refusals });
  const onEvent = live.cacheEvent;
  const cache = composeCache(config, { metrics, redis, board, rateLimiter, admission, onEvent });
  const { health, ...checks } = composeHealth(config, { metrics, mongo, redis });
  const ttlMs = config.idempotencyTtlHours * 3_600_000;
  const cursors = createCursors(keys);
  const { audit, auditList } = composeAudit({ metrics, entries: store.audit, cursors, logger });

  return {
    metrics,
    store,
    admission,
    lateness,
    refused,
    requireRoom: disks.requireRoom,
    live,
    requests,
    board,
    rateLimiter,
    isExempt: createNetworkCheck(config.limitExempt),
    cache,
    liveChannel: redis && createLiveChannel(redis, `${prefix}:live`),
    health,
    keys,
    audit,
    auditList,
    cursors,
    once: createOnce({
      keys: idempotencyKeys,
      fingerprintKeys: keys,
      transaction: mongo.transaction,
      ttlMs,
    }),
    people: createPeople({ users, cache }),
    async close(): Promise<void> {
      keys.close();
      disks.stop();
      intake.stop();
      following?.stop();
      stopForgetting();
      board.stop();
      await checks.close();
      redis?.close();
      await audit.close();
      await mongo.close();
    },
  };
}
