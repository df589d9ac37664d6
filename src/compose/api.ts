import { composeAuth, composeTokens } from '../auth/compose';
import { composeAvatars } from '../avatars/compose';
import type { Config } from '../config';
import { createLimit } from '../http/routing/limits';
import { isMongoAway } from '../infra/mongo/mongo';
import { createJobService } from '../jobs/job-service';
import { composeOps } from '../ops/compose';
import type { Logger } from '../process/logger';
import { composeScriptTokens } from '../script-tokens/compose';
import { composeSessions } from '../sessions/compose';
import { composeTasks } from '../tasks/compose';
import { composeUsers } from '../users/compose';
import { composeFoundation } from './foundation';
import { composeFailedJobs } from './jobs';
import { allRoutes } from './routes';

/** Builds everything that an API worker consists of, connected; `createApp` takes `app`. */
export async function composeApi(config: Config, logger: Logger) {
  const shared = await composeFoundation(config, logger);
  const { admission, auditList, health, lateness, live, metrics, rateLimiter, requests, store } = shared;

  const { tokens, authenticate, stillInForce } = composeTokens(config, shared);
  const tasks = composeTasks(shared);
  const sessions = composeSessions(config, { ...shared, tokens });
  const { users, userCache } = composeUsers({ ...shared, tasks, sessions, tokenLifeMs: tokens.ttlMs });
  const authDeps = { ...shared, userCache, tasks, sessions, grant: tokens.grant, logger };
  const accounts = await composeAuth(config, authDeps);
  const { auth, confirm, createUser, passwords, hashPool, heldRefusals } = accounts;
  const scriptTokens = composeScriptTokens({ ...shared, sessions }, users.requireSelfOrAdmin);
  const avatars = composeAvatars(config, store, users.requireSelfOrAdmin);
  const jobs = createJobService(store.jobs);
  const ops = composeOps(config, {
    ...shared,
    ...store,
    audit: shared.audit,
    failedJobs: composeFailedJobs(store),
    authenticate,
    logger,
  });
  const services = {
    auth,
    createUser,
    passwords,
    confirm,
    sessions,
    scriptTokens,
    users,
    avatars,
    tasks,
    jobs,
    auditList,
    health,
  };
  const long = [ops.routes.hub, heldRefusals];

  return {
    auth,
    passwords,
    users,
    hosts: shared.store.hosts,
    health,
    lateness,
    live,
    hashPool,
    metrics,
    keyIds: () => shared.keys.known().map(({ id }) => id),
    watchers: ops.routes.hub.size,
    publish: ops.publish,
    /** Answers that a worker ends at once when it stops, instead of waiting for them. */
    longAnswers: {
      end: () => long.forEach((one) => one.end()),
      open: () => long.forEach((one) => one.open()),
    },
    app: {
      ...requests,
      authenticate,
      stillInForce,
      admission,
      logger,
      isAway: isMongoAway,
      requireRoom: shared.requireRoom,
      trustProxy: config.trustProxy,
      corsOrigins: config.corsOrigins,
      requireIfMatch: config.requireIfMatch,
      worker: config.exposeWorker ? config.fullWorkerName : undefined,
      routes: allRoutes(services, ops.routes),
      admitPassword: accounts.admitPassword,
      limit: createLimit(config, rateLimiter, shared.isExempt),
    },
    async close(): Promise<void> {
      ops.routes.hub.end();
      ops.end();
      await hashPool.close();
      await shared.close();
    },
  };
}
