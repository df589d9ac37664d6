import { createAuthService } from '../auth/auth-service';
import { createLoginGuard } from '../auth/login-guard';
import { createTokenService } from '../auth/token-service';
import { createAvatarService } from '../avatars/avatar-service';
import { createCacheMetrics } from '../cache/cache-metrics';
import { createFillBudget, FILL_BUDGET } from '../cache/fill-budget';
import { createResponseCache } from '../cache/response-cache';
import { composePasswords } from './passwords';
import { composeAdmission } from './admission';
import { observeDependencies } from './metrics';
import { openStore } from './store';
import type { Config } from '../config';
import { askAll } from '../control/control-client';
import { createLiveStats } from '../control/live-stats';
import { createHealth } from '../health/health';
import { createAuthenticate } from '../auth/authenticate';
import { createLimit } from '../http/routing/limits';
import { createRequestRecord, isUpkeep, type RequestRecord } from '../http/server/request-record';
import { createSlowRequests } from '../http/server/slow-requests';
import { createOnce } from '../idempotency/idempotency-service';
import { createBusyClock } from '../lib/busy-clock';
import { imageFault } from '../infra/images/images';
import { createMetrics, mergedText } from '../infra/metrics';
import { isMongoAway } from '../infra/mongo/mongo';
import { createRabbitProbe } from '../infra/rabbit/probe';
import { createRateLimiters, type Policy, type RateLimiter } from '../infra/rate-limiter';
import { connectRedis } from '../infra/redis/redis';
import { composeFailedJobs } from './jobs';
import { createJobService } from '../jobs/job-service';
import { createCursors } from '../lists/cursor';
import { createAccessLog, type Logger } from '../process/logger';
import { createNoticeBoard } from '../notices/notice-board';
import { createEventHub } from '../ops/event-hub';
import { createFleet } from '../ops/fleet';
import { createSnapshot } from '../ops/ops-snapshot';
import { allRoutes } from './routes';
import { createTaskCache } from '../tasks/task-cache';
import { createTaskService } from '../tasks/task-service';
import { createUserCache } from '../users/user-cache';
import { createUserService } from '../users/user-service';
import { readVersion } from '../process/version';

/** How long each process may take to report its metrics; late ones are left out. */
const METRICS_MS = 4_000;

/** Connects and composes an API worker; `createApp` takes `app`. */
export async function composeApi(config: Config, logger: Logger) {
  const metrics = createMetrics(config.workerName);
  const histogram = createRequestRecord(metrics);
  const countCacheEvent = createCacheMetrics(metrics);
  const clocks = { mongo: createBusyClock(), redis: createBusyClock() };
  const slow = createSlowRequests({ thresholdMs: config.slowRequestMs, clocks, logger });
  const { mongo, users, tasks, avatars, jobs, notices, idempotencyKeys } = await openStore(
    config,
    logger,
    metrics,
    clocks.mongo,
  );
  const { admission, lateness, refused, recentRefusals, disks, ...intake } = await composeAdmission(config, {
    metrics,
    logger,
    askDatabase: mongo.room,
  });
  const live = createLiveStats({ lateMs: lateness.recentMs, refused: recentRefusals });
  const redis = config.redisUrl ? connectRedis(config.redisUrl, logger, clocks.redis) : undefined;
  const board = createNoticeBoard(notices, logger);
  await board.start();
  const refusals = metrics.counter('taskfleet_rate_limit_refused_total', 'Requests over a limit', ['policy']);
  const rateLimiter = createRateLimiters({ redis, prefix: config.keyPrefix, refusals });
  const cache = createResponseCache({
    redis,
    board,
    prefix: config.keyPrefix,
    entryLifeMs: config.cacheTtlSeconds * 1_000,
    budget: createFillBudget(
      rateLimiter({ name: 'cache', points: FILL_BUDGET, seconds: config.cacheTtlSeconds }),
    ),
    enter: (of, caller) => admission.work('uncached', of, caller),
    count: (of, event, size) => {
      countCacheEvent(of, event, size);
      // An assignee is a part of an answer; the live page counts whole answers.
      if (of !== 'person') live.cacheEvent(event);
    },
  });
  const { exemptLoopback } = config;
  const { hashPool, places, heldRefusals, admitPassword } = composePasswords(config, {
    metrics,
    refused,
    onDone: slow.hashed,
  });
  const probe = config.amqpUrl ? createRabbitProbe(config.amqpUrl) : undefined;
  const health = createHealth({
    about: { worker: config.workerName, version: readVersion(), release: config.release ?? '' },
    required: { mongodb: { ping: mongo.ping, url: config.mongoUrl } },
    // Without RabbitMQ the API still accepts jobs, which wait in MongoDB.
    optional: {
      ...(redis && { redis: { ping: redis.ping, url: config.redisUrl! } }),
      ...(probe && { rabbitmq: { ping: probe.ping, url: config.amqpUrl! } }),
    },
  });
  observeDependencies(metrics, health);
  const tokens = createTokenService({ secret: config.jwtSecret, ttlSeconds: config.jwtTtlSeconds });
  const once = createOnce({
    keys: idempotencyKeys,
    transaction: mongo.transaction,
    secret: config.jwtSecret,
    ttlMs: config.idempotencyTtlHours * 3_600_000,
  });

  const cursors = createCursors(config.jwtSecret);
  const userCache = createUserCache(cache);
  const userService = createUserService({
    users,
    cursors,
    cache: userCache,
    transaction: mongo.transaction,
    board,
    tokenLifeMs: tokens.ttlMs,
    tasksOf: {
      newestOf: (user) => taskService.newestOf(user),
      newestIdsOf: (id) => taskService.newestIdsOf(id),
    },
    onRemoval: [tasks.unassignAll, avatars.removeAll],
    afterCommit: [(userId) => tasks.unassignAll(userId)],
    afterRemoval: [avatars.files.removeOfUser],
    lockAdmins: (session) => notices.lock('admins', session),
  });
  const taskService = createTaskService({
    tasks,
    cursors,
    cache: createTaskCache(cache),
    once,
    peopleById: userService.peopleById,
    shownById: userService.shownById,
  });
  const auth = createAuthService({
    users,
    hashPool,
    places,
    tokens,
    guard: createLoginGuard({
      rateLimiter,
      attempts: config.loginAttempts,
      exemptLoopback,
      tokenSeconds: config.jwtTtlSeconds,
    }),
    once,
    userJoined: userCache.joined,
    userChanged: userCache.changed,
    userShown: userCache.shown,
    taskIdsOf: taskService.newestIdsOf,
  });
  await auth.ready();
  const avatarService = createAvatarService({
    avatars,
    jobs,
    transaction: mongo.transaction,
    imageFault,
    requireSelfOrAdmin: userService.requireSelfOrAdmin,
    countUpload: users.countUpload,
    lockUploads: (session) => notices.lock('uploads', session),
    quota: { number: config.uploadsWaiting, bytes: config.uploadsWaitingMb * 2 ** 20 },
  });

  const fleet = createFleet(config.runDir);
  const hub = createEventHub({ take: createSnapshot({ fleet, jobs, name: config.workerName }) });
  const failedJobs = composeFailedJobs({ avatars, jobs, mongo });

  return {
    auth,
    lateness,
    live,
    hashPool,
    watchers: hub,
    /** Long answers, which a stopping worker ends instead of waiting for them. */
    longAnswers: {
      end(): void {
        hub.end();
        heldRefusals.end();
      },
      open(): void {
        hub.open();
        heldRefusals.open();
      },
    },
    health,
    app: {
      health,
      routes: allRoutes({
        auth,
        users: userService,
        avatars: avatarService,
        tasks: taskService,
        jobs: createJobService(jobs),
        health,
      }),
      ops: {
        hub,
        fleet,
        failedJobs,
        isAdmin: async (id: string) => (await users.byId(id))?.role === 'Admin',
      },
      authenticate: createAuthenticate({ tokens, board }),
      admission,
      admitPassword,
      limit: createLimit({ ...requestLimiters(config, rateLimiter), exemptLoopback }),
      trustProxy: config.trustProxy,
      corsOrigins: config.corsOrigins,
      requireIfMatch: config.requireIfMatch,
      requireRoom: disks.requireRoom,
      isAway: isMongoAway,
      logger,
      accessLog: createAccessLog(config.logLevel, config.workerName),
      slow,
      record: ((method, path, ...rest) => {
        // It stays open while the live page is, so its duration is not that of a request.
        if (path === '/ops/events') return;
        histogram(method, path, ...rest);
        if (!isUpkeep(path)) live.record(method, path, ...rest);
      }) satisfies RequestRecord,
      metrics: {
        ...metrics,
        allText: async () => {
          const all = await askAll(config.runDir, 'GET /metrics', { timeoutMs: METRICS_MS });
          return mergedText(all.map(({ answer }) => answer));
        },
      },
      worker: config.exposeWorker ? config.workerName : undefined,
    },
    async close(): Promise<void> {
      hub.end();
      intake.stop();
      board.stop();
      await Promise.all([hashPool.close(), probe?.close()]);
      redis?.close();
      await mongo.close();
    },
  };
}

/** 0 disables a limit. */
function requestLimiters(config: Config, rateLimiter: (policy: Policy) => RateLimiter) {
  const limiterOf = (name: string, points: number, seconds: number) =>
    points > 0 ? rateLimiter({ name, points, seconds, remembersRefused: true }) : undefined;
  return {
    common: limiterOf('default', config.rateLimit, 60),
    signUp: limiterOf('signup', config.signUpLimit, 3_600),
    upload: limiterOf('upload', config.uploadLimit, 3_600),
  };
}
