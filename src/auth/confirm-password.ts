import type { Audit } from '../audit/audit';
import type { Action, Caller } from '../audit/audit-event';
import type { HashClient, HashPool } from '../infra/hash-pool';
import type { Sender } from '../people/principal';
import { NotFoundError, PasswordRequiredError } from '../problems/errors';
import { spellingsOf } from '../users/password';
import type { UserRecord, UserRepository } from '../users/user-repository';
import { accountOf } from './check-password';
import type { HashPlaces } from './hash-places';
import type { LoginGuard } from './login-guard';

interface ConfirmPasswordDeps {
  users: Pick<UserRepository, 'withSecrets'>;
  hashPool: Pick<HashPool, 'matchesAny'>;
  places: Pick<HashPlaces, 'hold'>;
  guard: LoginGuard;
  audit: Pick<Audit, 'record'>;
}

export type ConfirmPassword = ReturnType<typeof createConfirmPassword>;

/**
 * Creates the function that asks a logged-in user for the present password, so that a token alone cannot take an account
 * over or remove it (OWASP ASVS 5, 7.5.1). Wrong passwords count in the log-in guard, and are recorded as `action`.
 */
export function createConfirmPassword({ users, hashPool, places, guard, audit }: ConfirmPasswordDeps) {
  /**
   * Compares `password` with the caller's own, and then runs `next`, which may hash within the same turn.
   *
   * @param password as sent; undefined if the body has none
   * @throws PasswordRequiredError, OverloadError or TooManyRequestsError
   */
  return async function confirm<T>(
    password: string | undefined,
    { action, origin }: { action: Action; origin: Caller & Sender },
    next: (user: UserRecord, client: HashClient) => Promise<T> | T,
  ): Promise<T> {
    const { id } = origin.user;
    if (password === undefined)
      throw new PasswordRequiredError('Send your present password as currentPassword in the body.');
    const user = await users.withSecrets(id);
    if (!user) throw new NotFoundError('No such user.');
    const account = accountOf(user.email);
    const { address, requestId } = origin;
    return places.hold({ address, requestId, account }, async (client) => {
      const { requireTime } = client;
      const event = { action, outcome: 'refused', origin, target: id } as const;
      const onLockedOut = () => audit.record({ ...event, detail: 'too many failed log-ins' });
      const isRight = await guard.attempt({ account, address, requireTime, onLockedOut }, () =>
        hashPool.matchesAny(spellingsOf(password), user.passwordHash, client),
      );
      if (isRight) return next(user, client);
      await audit.record(event);
      throw new PasswordRequiredError('The current password is wrong.');
    });
  };
}
