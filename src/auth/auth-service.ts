import { createHash } from 'node:crypto';
import { ConflictError, NotFoundError, UnauthenticatedError } from '../problems/errors';
import type { Once, IdempotentRequest } from '../idempotency/idempotency-service';
import type { HashClient, HashPool } from '../infra/hash-pool';
import { preparedPassword, spellingsOf } from '../users/password';
import type { UserRecord, UserRepository } from '../users/user-repository';
import { toUser } from '../users/user-view';
import type { HashPlaces } from './hash-places';
import type { LoginGuard } from './login-guard';
import type { SessionService } from '../sessions/session-service';

export type AuthService = ReturnType<typeof createAuthService>;

interface AuthServiceDeps {
  users: UserRepository;
  hashPool: Pick<HashPool, 'hash' | 'matchesAny'>;
  places: Pick<HashPlaces, 'hold'>;
  openSession: SessionService['open'];
  guard: LoginGuard;
  once: Once;
  /** These three invalidate the cache of a user who is new, was changed, or is shown without a change. */
  userJoined: (userId: string, version: number) => Promise<void>;
  userChanged: (userId: string, version: number) => Promise<unknown>;
  userShown: (userId: string, user: Pick<UserRecord, 'version' | 'updatedAt'>) => Promise<void>;
  taskIdsOf: (userId: string) => Promise<string[]>;
}

export interface SignUp {
  name: string;
  email: string;
  username: string;
  password: string;
}

/** The parts of a request that decide the turn of its password, and describe its session. */
export interface Sender {
  address: string;
  requestId: string;
  userAgent?: string;
}

/** Compared if the account does not exist, so that a log-in always takes as long (OWASP ASVS 5, 6.3.8). */
const NOBODYS_PASSWORD = 'the password of nobody';

/** Returns the key for counting log-ins. Not the account, which would reveal which e-mail and user name belong together. */
export const accountOf = (login: string) =>
  createHash('sha256').update(login.normalize('NFKC').toLowerCase()).digest('base64url');

export function createAuthService(deps: AuthServiceDeps) {
  const { users, hashPool, places, guard, once, userJoined, userChanged, userShown, taskIdsOf } = deps;
  const nobodysHash = hashPool.hash(NOBODYS_PASSWORD);

  const hashOf = (password: string, client?: HashClient) => hashPool.hash(preparedPassword(password), client);

  return {
    /** Resolves once the dummy hash exists; before that, the first unknown name would take longer than a known one. */
    ready: (): Promise<unknown> => nobodysHash,

    /** Creates an Admin, for the command line. */
    async createAdmin({ password, ...person }: SignUp) {
      const passwordHash = await hashOf(password);
      const admin = await users.create({ ...person, passwordHash, role: 'Admin' });
      await userJoined(String(admin._id), admin.version);
      return admin;
    },

    hasAdmin: async (): Promise<boolean> => (await users.countAdmins()) > 0,

    /** Makes a user an Admin. @param login e-mail address or user name */
    async promote(login: string): Promise<void> {
      const user = await users.promote(login);
      if (!user) throw new NotFoundError(`No user has signed up as ${login}.`);
      await userChanged(String(user._id), user.version);
    },

    /** Signs up a member. A replay gets the first answer with a new session, since no token is stored. */
    async signUp({ password, ...person }: SignUp, sender: Sender, idempotency?: IdempotentRequest) {
      // Only the id is kept with the key, which may outlive the user.
      let version = 0;
      const { result: id, replayed } = await once(
        idempotency,
        `sign-up of ${person.email.toLowerCase()}`,
        async (session, passwordHash) => {
          const made = await users.create({ ...person, passwordHash, role: 'worker' }, session);
          version = made.version;
          return String(made._id);
        },
        // Before the transaction, so that none is open while a password waits for its turn.
        () => places.hold(sender, (client) => hashOf(password, client)),
      );
      if (!replayed) await userJoined(id, version);
      const user = await users.byId(id);
      if (!user)
        throw new ConflictError('The user of this sign-up has been removed. Sign up again with a new key.');
      // The first request may have been cut off before it invalidated the cache.
      if (replayed) await userShown(id, user);
      const grant = await deps.openSession(user, sender);
      return { session: { ...grant, user: toUser(user, replayed ? await taskIdsOf(id) : []) }, replayed };
    },

    /** @param login e-mail address or user name, case-insensitive */
    async logIn(login: string, password: string, sender: Sender) {
      const account = accountOf(login);
      const { user, isTheirs } = await places.hold({ ...sender, account }, async (client) => {
        const found = await users.byLogin(login);
        const hash = found?.passwordHash ?? (await nobodysHash);
        const { requireTime } = client;
        const matches = await guard.attempt({ account, address: sender.address, requireTime }, async () => {
          // Always compares, so that an unknown name takes as long.
          const isOfHash = await hashPool.matchesAny(spellingsOf(password), hash, client);
          return found !== null && isOfHash;
        });
        return { user: found, isTheirs: matches };
      });
      if (!user || !isTheirs) {
        throw new UnauthenticatedError('The name or the password is wrong.');
      }
      const grant = await deps.openSession(user, sender);
      return { ...grant, user: toUser(user, await taskIdsOf(String(user._id))) };
    },
  };
}
