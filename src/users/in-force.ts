import type { ClientSession } from '../infra/mongo/mongo';
import type { Principal } from '../people/principal';
import { UnauthenticatedError } from '../problems/errors';
import type { UserRecord, UserRepository } from './user-repository';

interface InForceDeps {
  users: Pick<UserRepository, 'hold'>;
  sessions: { isLive: (sessionId: string, userId: string, session: ClientSession) => Promise<boolean> };
}

/** @throws UnauthenticatedError if the token has ended by the time of the transaction */
export type RequireInForce = (by: Principal | undefined, session: ClientSession) => Promise<void>;

export const endedToken = () =>
  new UnauthenticatedError(
    'This token has ended: its user logged out, was changed or removed, or changed the password. Log in again.',
    'invalid_token',
  );

/** Returns whether a token was issued for what the user is now. Tokens of earlier releases name no version. */
export const isOf = (
  { role, authVersion }: Principal,
  user: Pick<UserRecord, 'role' | 'disabled' | 'authVersion'>,
): boolean =>
  role === user.role &&
  !user.disabled &&
  (authVersion === undefined || authVersion === (user.authVersion ?? 0));

/**
 * Creates the check of a token in the transaction of what gives lasting access. A worker may accept a token for up to a
 * second after it ended, or authenticate long before the body arrives. The user is held, so that no change of their
 * access commits at the same time.
 */
export const createRequireInForce =
  ({ users, sessions }: InForceDeps): RequireInForce =>
  async (by, session) => {
    // A command on the host needs no token.
    if (!by) return;
    const { id, role, authVersion, sessionId } = by;
    if (!(await users.hold(id, session, { role, authVersion }))) throw endedToken();
    if (sessionId !== undefined && !(await sessions.isLive(sessionId, id, session))) throw endedToken();
  };
