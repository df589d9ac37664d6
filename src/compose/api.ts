import { composeAdmission } from '../admission/compose';
import { createAuthenticate } from '../auth/authenticate';
import { composeAuth } from '../auth/compose';
import { createTokenService } from '../auth/token-service';
import { composeAvatars } from '../avatars/compose';
import { composeCache } from '../cache/compose';
import type { Config } from '../config';
import { createLiveStats } from '../control/live-stats';
import { composeDisks } from '../disk/compose';
import { composeHealth } from '../health/compose';
import { createLimit } from '../http/routing/limits';
import { composeRequests } from '../http/server/compose';
import { createOnce } from '../idempotency/idempotency-service';
import { createMetrics } from '../infra/metrics';
import { isMongoAway } from '../infra/mongo/mongo';
import { createRateLimiters } from '../infra/rate-limiter';
import { connectRedis } from '../infra/redis/redis';
import { createJobService } from '../jobs/job-service';
import { createBusyClock } from '../lib/busy-clock';
import { createNetworkCheck } from '../lib/networks';
import { createCursors } from '../lists/cursor';
import { createNoticeBoard } from '../notices/notice-board';
import { composeOps } from '../ops/compose';
import { createPeople } from '../people/people';
import type { Logger } from '../process/logger';
import { composeTasks } from '../tasks/compose';
import { composeUsers } from '../users/compose';
import { composeFailedJobs } from './jobs';
import { allRoutes } from './routes';
import { openStore } from './store';

/** Builds everything that an API worker consists of, connected; `createApp` takes `app`. */
export async function composeApi(config: Config, logger: Logger) {
  const metrics = createMetrics(config.workerName);
  const clocks = { mongo: createBusyClock(), redis: createBusyClock() };
  const store = await openStore(config, logger, metrics, clocks.mongo);
  const { mongo } = store;
  const intake = composeAdmission(metrics, logger);
  const { admission, lateness, refused } = intake;
  const onRefused = () => refused('write', 'disk');
  const disks = await composeDisks(config, metrics, { askDatabase: mongo.room, onRefused, logger });
  const live = createLiveStats({ lateMs: lateness.recentMs, refused: intake.recentRefusals });
  const requests = composeRequests(config, { metrics, clocks, logger, onRequest: live.record });
  const redis = config.redisUrl ? connectRedis(config.redisUrl, logger, clocks.redis) : undefined;
  const board = createNoticeBoard(store.notices, logger);
  await board.start();
  const refusals = metrics.counter('taskfleet_rate_limit_refused_total', 'Requests over a limit', ['policy']);
  const rateLimiter = createRateLimiters({ redis, prefix: config.keyPrefix, refusals });
  const isExempt = createNetworkCheck(config.limitExempt);
  const onEvent = live.cacheEvent;
  const cache = composeCache(config, { metrics, redis, board, rateLimiter, admission, onEvent });
  const { health, ...checks } = composeHealth(config, { metrics, mongo, redis });

  const tokens = createTokenService({ secret: config.jwtSecret, ttlSeconds: config.jwtTtlSeconds });
  const authenticate = createAuthenticate({ tokens, board });
  const cursors = createCursors(config.jwtSecret);
  const once = createOnce({
    keys: store.idempotencyKeys,
    transaction: mongo.transaction,
    secret: config.jwtSecret,
    ttlMs: config.idempotencyTtlHours * 3_600_000,
  });
  const people = createPeople({ users: store.users, cache });
  const tasks = composeTasks({ tasks: store.tasks, cursors, cache, once, people });
  const { userService: users, userCache } = composeUsers({
    store,
    taskService: tasks,
    cache,
    cursors,
    board,
    tokenLifeMs: tokens.ttlMs,
  });
  const { auth, hashPool, heldRefusals, admitPassword } = await composeAuth(config, {
    ...{ metrics, users: store.users, userCache, tasks, tokens, once, rateLimiter, isExempt, refused },
    onHashed: requests.slow.hashed,
  });
  const avatars = composeAvatars(config, store, users.requireSelfOrAdmin);
  const ops = composeOps(config, { ...store, failedJobs: composeFailedJobs(store), authenticate });
  const jobs = createJobService(store.jobs);

  return {
    auth,
    health,
    lateness,
    live,
    hashPool,
    metrics,
    watchers: ops.hub.size,
    /** Answers that a worker ends at once when it stops, instead of waiting for them. */
    longAnswers: {
      end: () => [ops.hub, heldRefusals].forEach((one) => one.end()),
      open: () => [ops.hub, heldRefusals].forEach((one) => one.open()),
    },
    app: {
      ...requests,
      trustProxy: config.trustProxy,
      corsOrigins: config.corsOrigins,
      requireIfMatch: config.requireIfMatch,
      routes: allRoutes({ auth, users, avatars, tasks, jobs, health }, ops, metrics, config.runDir),
      authenticate,
      admission,
      admitPassword,
      limit: createLimit(config, rateLimiter, isExempt),
      requireRoom: disks.requireRoom,
      isAway: isMongoAway,
      logger,
      worker: config.exposeWorker ? config.workerName : undefined,
    },
    async close(): Promise<void> {
      ops.hub.end();
      disks.stop();
      intake.stop();
      board.stop();
      await Promise.all([hashPool.close(), checks.close()]);
      redis?.close();
      await mongo.close();
    },
  };
}
