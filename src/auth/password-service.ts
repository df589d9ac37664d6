import type { Audit } from '../audit/audit';
import type { AuditEvent, Caller, Origin } from '../audit/audit-event';
import type { ClientSession, Mongo } from '../infra/mongo/mongo';
import type { HashPool } from '../infra/hash-pool';
import type { Webhook } from '../infra/webhook';
import type { Ending } from '../notices/endings';
import type { Principal } from '../people/principal';
import {
  ConflictError,
  ForbiddenError,
  InvalidRequestError,
  NotFoundError,
  UnauthenticatedError,
} from '../problems/errors';
import type { SessionService } from '../sessions/session-service';
import { containsName, NAME_FAULT } from '../users/guessable-password';
import { preparedPassword } from '../users/password';
import type { UserRecord, UserRepository } from '../users/user-repository';
import { toPerson } from '../people/person';
import type { Sender } from './check-password';
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
  sessions: Pick<SessionService, 'endOlder' | 'announce'>;
  audit: Pick<Audit, 'record'>;
  resets: ResetTokens;
  transaction: Mongo['transaction'];
  grant: (principal: Principal) => AccessToken;
  /** Sends a reset token to the installation, which may mail it; unset if there is no webhook. */
  notify: Webhook | undefined;
}

const MEANWHILE = 'The password was changed at the same time. Log in with the new one.';
const BAD_RESET = 'The reset token is not valid, has been used or has expired. Ask an Admin for a new one.';

export function createPasswordService(deps: PasswordServiceDeps) {
  const { users, hashPool, places, sessions, audit, resets } = deps;

  /**
   * Stores a password hash, and ends in the same transaction what was issued until now.
   * @param event is recorded with it
   * @param kept id of a session that goes on
   * @returns the user's new `authVersion`; `undefined`, without an effect, if the hash is no longer `from`
   */
  async function replace(
    { _id, passwordHash: from }: UserRecord,
    to: string,
    event: Pick<AuditEvent, 'action' | 'origin'>,
    kept?: string,
  ): Promise<number | undefined> {
    const id = String(_id);
    const work = async (txn: ClientSession): Promise<{ authVersion?: number; endings: Ending[] }> => {
      const authVersion = await users.setPassword(id, { from, to }, txn);
      if (authVersion === undefined) return { endings: [] };
      await audit.record({ ...event, target: id }, txn);
      return { authVersion, endings: await sessions.endOlder(id, authVersion, txn, kept) };
    };
    const { authVersion, endings } = await deps.transaction(work);
    await sessions.announce(endings);
    return authVersion;
  }

  /** Returns the user of a reset token. @throws UnauthenticatedError if the token does not hold */
  async function userOf(resetToken: string): Promise<UserRecord> {
    const id = resets.userIdOf(resetToken);
    const user = id === undefined ? null : await users.withSecrets(id);
    if (!user || !resets.isOf(resetToken, user.passwordHash)) throw new UnauthenticatedError(BAD_RESET);
    return user;
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
        requireNoName(newPassword, found);
        return { user: found, hash: await hashPool.hash(preparedPassword(newPassword), client) };
      });
      const authVersion = await replace(user, hash, event, by.sessionId);
      if (authVersion === undefined) throw new ConflictError(MEANWHILE);
      return deps.grant({ id, role: user.role, sessionId: by.sessionId, authVersion });
    },

    /** Makes a token with which a user can set a new password, for an Admin to hand over. */
    async makeReset(id: string, origin: Origin): Promise<ResetToken & { isNotified: boolean }> {
      if (origin.user?.id === id) throw new ForbiddenError(OF_ONESELF);
      const user = await users.withSecrets(id);
      if (!user) throw new NotFoundError('No such user.');
      const reset = resets.make(id, user.passwordHash);
      await deps.transaction((txn) =>
        audit.record({ action: 'password-reset-issued', origin, target: id }, txn),
      );
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
      const user = await userOf(resetToken);
      requireNoName(newPassword, user);
      const hash = await places.hold({ address, requestId }, (client) =>
        hashPool.hash(preparedPassword(newPassword), client),
      );
      if ((await replace(user, hash, { action: 'password-reset', origin })) === undefined)
        throw new UnauthenticatedError(BAD_RESET);
    },
  };
}

function requireNoName(newPassword: string, user: UserRecord): void {
  if (containsName(newPassword, user)) throw InvalidRequestError.at('body.newPassword', NAME_FAULT);
}

const OF_OTHERS =
  'Only the user may change the password. An Admin can make a reset token: POST /users/ID/password-reset.';
const OF_ONESELF =
  'Change your own password with PUT /users/ID/password. For a forgotten one ask another Admin.';
