import type { Audit } from '../audit/audit';
import type { HashClient, HashPool } from '../infra/hash-pool';
import { digestOf } from '../lib/digest';
import type { Sender } from '../people/principal';
import { UnauthenticatedError } from '../problems/errors';
import { NO_HASH, spellingsOf } from '../users/password';
import type { UserRecord, UserRepository } from '../users/user-repository';
import type { HashPlaces } from './hash-places';
import type { LoginGuard } from './login-guard';

interface PasswordClaim {
  /** Name by which attempts are counted, whether or not a user has it. */
  login: string;
  password: string;
  sender: Sender;
  find: () => Promise<UserRecord | null>;
}

interface PasswordCheckDeps {
  users: Pick<UserRepository, 'rehash'>;
  hashPool: Pick<HashPool, 'hash' | 'matchesAny' | 'needsRehash' | 'waiting'>;
  places: Pick<HashPlaces, 'hold'>;
  guard: LoginGuard;
  audit: Pick<Audit, 'record'>;
}

export type CheckPassword = ReturnType<typeof createPasswordCheck>['check'];

/** Its hash is compared if no user may log in by a name, so that a log-in always takes as long (OWASP ASVS 5, 6.3.8). */
const DUMMY_PASSWORD = 'the password of nobody';

export const wrongPassword = () => new UnauthenticatedError('The name or the password is wrong.');

/** Returns the key for counting log-ins. Not the account, which would reveal which e-mail and user name belong together. */
export const accountOf = (login: string) => digestOf(login.normalize('NFKC').toLowerCase());

/** A user whom an Admin created has no password, and so no hash, until they set one. */
const mayLogIn = (user: UserRecord | null): user is UserRecord =>
  user !== null && !user.disabled && !user.passwordHash.startsWith(NO_HASH);

const reasonOf = (user: UserRecord | null) => {
  if (!user) return 'unknown name';
  return user.disabled ? 'disabled user' : 'wrong password';
};

/** Creates the check of a sent password. It answers unknown, disabled and known names alike, also in time. */
export function createPasswordCheck({ users, hashPool, places, guard, audit }: PasswordCheckDeps) {
  const dummyHash = hashPool.hash(DUMMY_PASSWORD);

  /** Replaces a hash of a lower cost than new ones, unless other passwords wait: then the next log-in tries again. */
  async function rehashIfNeeded({ _id, passwordHash }: UserRecord, password: string, client: HashClient) {
    if (!hashPool.needsRehash(passwordHash) || hashPool.waiting() > 0) return;
    try {
      const better = await hashPool.hash(password, { ...client, requireTime: () => {} });
      await users.rehash(String(_id), passwordHash, better);
    } catch {
      // The log-in itself has succeeded.
    }
  }

  return {
    /** Resolves once the dummy hash exists; before that, the first unknown name would take longer than a known one. */
    ready: (): Promise<unknown> => dummyHash,

    /**
     * Returns the user if the password is theirs.
     * @throws UnauthenticatedError if it is not, OverloadError or TooManyRequestsError if it was not compared
     */
    async check({ login, password, sender, find }: PasswordClaim): Promise<UserRecord> {
      const account = accountOf(login);
      const spellings = spellingsOf(password);
      const refused = (user: UserRecord | null, detail: string) => {
        const target = user ? String(user._id) : undefined;
        return audit.record({ action: 'log-in', outcome: 'refused', origin: sender, target, detail });
      };
      const { user, isTheirs } = await places.hold({ ...sender, account }, async (client) => {
        const found = await find();
        const hash = mayLogIn(found) ? found.passwordHash : await dummyHash;
        const { requireTime } = client;
        const onLockedOut = () => refused(found, 'too many failed log-ins');
        const attempt = { account, address: sender.address, requireTime, onLockedOut };
        const matches = await guard.attempt(attempt, async () => {
          // Always compares, so that an unknown name takes as long.
          const isOfHash = await hashPool.matchesAny(spellings, hash, client);
          return mayLogIn(found) && isOfHash;
        });
        if (found && matches) await rehashIfNeeded(found, spellings[0]!, client);
        return { user: found, isTheirs: matches };
      });
      if (user && isTheirs) return user;
      await refused(user, reasonOf(user));
      throw wrongPassword();
    },
  };
}
