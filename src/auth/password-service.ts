import { LRUCache } from 'lru-cache';
import { networkOf } from '../lib/client-address';
import type { Audit } from '../audit/audit';
import type { AuditEvent, Caller, Origin } from '../audit/audit-event';
import type { Mongo } from '../infra/mongo/mongo';
import type { HashPool } from '../infra/hash-pool';
import type { Webhook } from '../infra/webhook';
import type { Principal, Sender } from '../people/principal';
import {
  ConflictError,
  ForbiddenError,
  InvalidRequestError,
  NotFoundError,
  UnauthenticatedError,
} from '../problems/errors';
import type { SessionService } from '../sessions/session-service';
import { endedToken, isOf, type RequireInForce } from '../users/in-force';
import { containsName, NAME_FAULT } from '../users/guessable-password';
import { preparedPassword } from '../users/password';
import type { InForce, UserRecord, UserRepository } from '../users/user-repository';
import { toPerson } from '../people/person';
import type { ConfirmPassword } from './confirm-password';
import type { HashPlaces } from './hash-places';
import type { ResetToken, ResetTokens } from './reset-tokens';
import type { AccessToken } from './token-service';

export type PasswordService = ReturnType<typeof createPasswordService>;

interface PasswordServiceDeps {
  users: Pick<UserRepository, 'withSecrets' | 'setPassword'>;
  hashPool: Pick<HashPool, 'hash'>;
  places: Pick<HashPlaces, 'hold'>;
  confirm: ConfirmPassword;
  sessions: Pick<SessionService, 'endOlder' | 'announce' | 'endsAt'>;
  requireInForce: RequireInForce;
  audit: Pick<Audit, 'record'>;
  resets: ResetTokens;
  transaction: Mongo['transaction'];
  /** Issues a token that ends at `until` at the latest, with its session. */
  grant: (principal: Principal, until?: Date) => AccessToken;
  /** Sends a reset token to the installation, which may mail it; unset if there is no webhook. */
  notify: Webhook | undefined;
}

const OF_OTHERS =
  'Only the user may change the password. An Admin can make a reset token: POST /users/ID/password-reset.';
const OF_ONESELF =
  'Change your own password with PUT /users/ID/password. For a forgotten one ask another Admin.';
const RECORDED_EACH_MS = 15 * 60_000;
const MEANWHILE = 'Your password or access was changed at the same time. Log in again.';
const BAD_RESET = 'The reset token is not valid, has been used or has expired. Ask an Admin for a new one.';

export function createPasswordService(deps: PasswordServiceDeps) {
  const { users, hashPool, places, sessions, audit, resets } = deps;
  const recorded = new LRUCache<string, true>({ max: 10_000, ttl: RECORDED_EACH_MS });

  /**
   * Stores a password hash, and ends in the same transaction what was issued until now.
   * @param event is recorded with it
   * @param keeps id of a session that goes on, and what must hold of the user besides the hash
   * @returns the user's present rights; `undefined`, without an effect, if the hash is no longer `from`
   */
  async function replace(
    { _id, passwordHash: from }: UserRecord,
    to: string,
    event: Pick<AuditEvent, 'action' | 'origin'>,
    { sessionId, required }: { sessionId?: string; required?: InForce } = {},
  ): Promise<Required<InForce> | undefined> {
    const id = String(_id);
    const done = await deps.transaction(async (txn) => {
      const user = await users.setPassword(id, { from, to, required }, txn);
      if (!user) return undefined;
      const { role, authVersion = 0 } = user;
      await audit.record({ ...event, target: id }, txn);
      const endings = await sessions.endOlder(id, authVersion, txn, sessionId);
      return { rights: { role, authVersion }, endings };
    });
    if (done) await sessions.announce(done.endings);
    return done?.rights;
  }

  /** Records a refused reset token, once for a user and a network in a while: anybody can send any number of them. */
  async function refuseReset(origin: Sender, target?: string): Promise<never> {
    const key = `${target} ${networkOf(origin.address)}`;
    if (!recorded.has(key))
      await audit.record({ action: 'password-reset', outcome: 'refused', origin, target });
    recorded.set(key, true, { noUpdateTTL: true });
    throw new UnauthenticatedError(BAD_RESET);
  }

  /** Returns the user of a reset token. @throws UnauthenticatedError if the token does not hold */
  async function userOf(resetToken: string, origin: Sender): Promise<UserRecord> {
    const id = resets.userIdOf(resetToken);
    const user = id === undefined ? null : await users.withSecrets(id);
    if (user && resets.isOf(resetToken, user.passwordHash)) return user;
    return refuseReset(origin, user ? id : undefined);
  }

  return {
    /** Changes the caller's password. Their other sessions end; this one goes on with the returned token. */
    async change(
      id: string,
      { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
      origin: Caller & Sender,
    ): Promise<AccessToken> {
      const { user: by } = origin;
      if (by.id !== id) throw new ForbiddenError(OF_OTHERS);
      const event = { action: 'password-changed', origin } as const;
      const { user, hash } = await deps.confirm(currentPassword, event, async (found, client) => {
        if (!isOf(by, found)) throw endedToken();
        requireNoName(newPassword, found);
        return { user: found, hash: await hashPool.hash(preparedPassword(newPassword), client) };
      });
      const { sessionId } = by;
      // A token must not outlive what ended it while the passwords were hashed.
      const required = { role: by.role, authVersion: user.authVersion ?? 0 };
      const rights = await replace(user, hash, event, { sessionId, required });
      if (!rights) throw new ConflictError(MEANWHILE);
      const until = sessionId === undefined ? undefined : await sessions.endsAt(sessionId);
      return deps.grant({ id, sessionId, ...rights }, until);
    },

    /** Makes a token with which a user can set a new password, for an Admin to hand over. */
    async makeReset(id: string, origin: Origin): Promise<ResetToken & { isNotified: boolean }> {
      if (origin.user?.id === id) throw new ForbiddenError(OF_ONESELF);
      const user = await users.withSecrets(id);
      if (!user) throw new NotFoundError('No such user.');
      const reset = resets.make(id, user.passwordHash);
      await deps.transaction(async (txn) => {
        await deps.requireInForce(origin.user, txn);
        await audit.record({ action: 'password-reset-issued', origin, target: id }, txn);
      });
      const { _id, name, email, username } = toPerson(user);
      const isNotified = await deps.notify?.('password.reset', {
        user: { _id, name, email, username },
        ...reset,
      });
      return { ...reset, isNotified: isNotified ?? false };
    },

    /** Sets a new password by a reset token, and ends all sessions of the user. */
    async reset(resetToken: string, newPassword: string, origin: Sender): Promise<void> {
      const { address, requestId } = origin;
      const user = await userOf(resetToken, origin);
      requireNoName(newPassword, user);
      const hash = await places.hold({ address, requestId }, (client) =>
        hashPool.hash(preparedPassword(newPassword), client),
      );
      if ((await replace(user, hash, { action: 'password-reset', origin })) === undefined)
        await refuseReset(origin, String(user._id));
    },
  };
}

function requireNoName(newPassword: string, user: UserRecord): void {
  if (containsName(newPassword, user)) throw InvalidRequestError.at('body.newPassword', NAME_FAULT);
}
