import type { ServerResponse } from 'node:http';
import type { Refusals } from '../admission/refusals';
import type { Audit } from '../audit/audit';
import type { Config } from '../config';
import { createHeldRefusals } from '../http/routing/held-refusals';
import type { Once } from '../idempotency/idempotency-service';
import { createHashPool, type HashPool } from '../infra/hash-pool';
import type { Metrics } from '../infra/metrics';
import type { Mongo } from '../infra/mongo/mongo';
import type { RateLimiters } from '../infra/rate-limiter';
import type { KeyRing } from '../keys/key-ring';
import { networkOf } from '../lib/client-address';
import type { TaskService } from '../tasks/task-service';
import type { UserCache } from '../users/user-cache';
import type { NoticeBoard } from '../notices/notice-board';
import type { ScriptTokenRepository } from '../script-tokens/script-token-repository';
import { createVerifyScriptToken } from '../script-tokens/verify-script-token';
import type { SessionService } from '../sessions/session-service';
import type { RequireInForce } from '../users/in-force';
import type { UserRepository } from '../users/user-repository';
import { createWebhook } from '../infra/webhook';
import type { Principal } from '../people/principal';
import type { Logger } from '../process/logger';
import { createAuthenticate, createStillInForce } from './authenticate';
import { createAuthService } from './auth-service';
import { createUserCreation } from './create-user';
import { createPasswordCheck } from './check-password';
import { createConfirmPassword } from './confirm-password';
import { createHashPlaces, type HashPlaces } from './hash-places';
import { createLoginGuard } from './login-guard';
import { createPasswordService } from './password-service';
import { createResetTokens } from './reset-tokens';
import { createTokenService, type AccessToken } from './token-service';

interface AuthDeps {
  metrics: Metrics;
  store: { mongo: Pick<Mongo, 'transaction'>; users: UserRepository };
  userCache: UserCache;
  tasks: Pick<TaskService, 'newestIdsOf'>;
  sessions: SessionService & { requireInForce: RequireInForce };
  keys: KeyRing;
  grant: (principal: Principal, until?: Date) => AccessToken;
  logger: Logger;
  once: Once;
  audit: Audit;
  rateLimiter: RateLimiters;
  /** Returns whether limits do not apply to an address. */
  isExempt: (address: string) => boolean;
  refused: Refusals;
  /** `hashed` is called with the times that a password waited and was hashed, in ms. */
  requests: { slow: { hashed: (requestId: string, waitMs: number, workMs: number) => void } };
}

interface TokensDeps {
  keys: KeyRing;
  board: Pick<NoticeBoard, 'isRevoked'>;
  store: { users: UserRepository; scriptTokens: ScriptTokenRepository };
}

/** Builds what issues tokens, and what checks the token of a request. */
export function composeTokens(
  { jwtTtlSeconds: ttlSeconds }: Pick<Config, 'jwtTtlSeconds'>,
  { keys, board, store: { users, scriptTokens } }: TokensDeps,
) {
  const tokens = createTokenService({ keys, ttlSeconds });
  const verifyScriptToken = createVerifyScriptToken({ scriptTokens, userById: users.byId, board });
  const authenticate = createAuthenticate({ tokens, board, verifyScriptToken });
  return { tokens, authenticate, stillInForce: createStillInForce(board) };
}

/** Builds sign-up and log-in, and the threads that hash passwords. */
export async function composeAuth(config: Config, deps: AuthDeps) {
  const { loginAttempts, jwtTtlSeconds } = config;
  const { userCache, tasks, sessions, once, audit, rateLimiter, isExempt } = deps;
  const { mongo, users } = deps.store;
  const { hashPool, places, heldRefusals, admitPassword } = composePasswords(config, deps);
  const guard = createLoginGuard({
    rateLimiter,
    attempts: loginAttempts,
    isExempt,
    tokenSeconds: jwtTtlSeconds,
  });
  const passwordCheck = createPasswordCheck({ users, hashPool, places, guard, audit });
  const joining = {
    users,
    once,
    transaction: mongo.transaction,
    audit,
    userJoined: userCache.joined,
    userShown: userCache.shown,
    taskIdsOf: tasks.newestIdsOf,
  };
  const checkPassword = passwordCheck.check;
  const { open: openSession, requireInForce } = sessions;
  const auth = createAuthService({ ...joining, hashPool, places, openSession, checkPassword });
  const confirm = createConfirmPassword({ users, hashPool, places, guard, audit });
  const passwords = createPasswordService({
    users,
    hashPool,
    places,
    confirm,
    sessions,
    requireInForce,
    audit,
    resets: createResetTokens(deps.keys),
    transaction: mongo.transaction,
    grant: deps.grant,
    notify: composeWebhook(config, deps.logger),
  });
  const createUser = createUserCreation({ ...joining, requireInForce, makeReset: passwords.makeReset });
  await passwordCheck.ready();
  return { auth, createUser, passwords, confirm, hashPool, heldRefusals, admitPassword };
}

function composeWebhook(
  { passwordResetWebhook: url, passwordResetWebhookSecret: secret }: Config,
  logger: Logger,
) {
  return url && secret ? createWebhook({ url, secret, logger }) : undefined;
}

/** Builds the threads, the queue before them, and what refuses the rest before a body is read. */
function composePasswords(
  { hashThreads: threads, bcryptCost: cost, hashQueueLimit: most }: Config,
  { metrics, refused, isExempt, requests }: AuthDeps,
) {
  const hashPool = createHashPool({ threads, cost, onDone: requests.slow.hashed });
  const places = createHashPlaces({
    pool: hashPool,
    most,
    isExempt,
    onRefused: (reason) => refused('password', reason),
  });
  observeHashing(metrics, { pool: hashPool, places, most });
  const heldRefusals = createHeldRefusals();

  return {
    hashPool,
    places,
    heldRefusals,

    admitPassword({ address }: { address: string }, response: ServerResponse): Promise<void> | undefined {
      const refusal = places.refusalOf(address);
      return refusal && heldRefusals.refuse(networkOf(address), refusal, response);
    },
  };
}

function observeHashing(
  metrics: Metrics,
  { pool, places, most }: { pool: HashPool; places: HashPlaces; most: number },
): void {
  metrics.gauge('taskfleet_hashes_under_way', 'Password hashes waiting or running', pool.underWay);
  metrics.gauge('taskfleet_hash_threads', 'Threads that hash passwords', pool.threads);
  metrics.gauge('taskfleet_hash_queue_length', 'Password hashes waiting for a thread', pool.waiting);
  metrics.gauge('taskfleet_hash_queue_limit', 'Maximum number of waiting password hashes', () => most);
  metrics.gauge(
    'taskfleet_hash_expected_wait_seconds',
    'Expected wait of the next password of a client without another; above 2 s it is refused with 503',
    () => places.expectedWaitMs() / 1_000,
  );
}
