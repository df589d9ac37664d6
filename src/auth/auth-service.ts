import { createHash } from 'node:crypto';
import { ConflictError, NotFoundError, UnauthenticatedError } from '../problems/errors';
import type { Once } from '../idempotency/idempotency-service';
import type { HashClient, HashPool } from '../infra/hash-pool';
import { preparedPassword, spellingsOf } from '../users/password';
import type { UserRecord, UserRepository } from '../users/user-repository';
import { toUser } from '../users/user-view';
import type { IdempotentRequest } from '../idempotency/idempotent-request';
import type { HashPlaces } from './hash-places';
import type { LoginGuard } from './login-guard';
import type { TokenService } from './token-service';

export type AuthService = ReturnType<typeof createAuthService>;

interface AuthServiceDeps {
  users: UserRepository;
  hashPool: Pick<HashPool, 'hash' | 'matchesAny'>;
  places: Pick<HashPlaces, 'hold'>;
  tokens: TokenService;
  guard: LoginGuard;
  once: Once;
  /** These three end what is cached of a user: one who is new, was changed, or is only shown. */
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

/** The request, as far as it decides which turn its password gets. */
export interface Sender {
  address: string;
  requestId: string;
}

/** Log-in without the account: as long as a real comparison (OWASP ASVS 5, 6.3.8). */
const NOBODYS_PASSWORD = 'the password of nobody';

/** What log-ins are counted under. Not the account: that would tell which e-mail and which user name are one. */
const digestOf = (login: string) =>
  createHash('sha256').update(login.normalize('NFKC').toLowerCase()).digest('base64url');

export function createAuthService(deps: AuthServiceDeps) {
  const { users, hashPool, places, tokens, guard, once, userJoined, userChanged, userShown, taskIdsOf } =
    deps;
  const nobodysHash = hashPool.hash(NOBODYS_PASSWORD);

  const hashOf = (password: string, client?: HashClient) => hashPool.hash(preparedPassword(password), client);

  return {
    /** Before it is there, the first unknown name would take longer than a known one. */
    ready: (): Promise<unknown> => nobodysHash,

    /** Admins are made by the command line alone. */
    async createAdmin({ password, ...person }: SignUp) {
      const passwordHash = await hashOf(password);
      const admin = await users.create({ ...person, passwordHash, role: 'Admin' });
      await userJoined(String(admin._id), admin.version);
      return admin;
    },

    hasAdmin: async (): Promise<boolean> => (await users.countAdmins()) > 0,

    /** @param login e-mail or user name */
    async promote(login: string): Promise<void> {
      const user = await users.promote(login);
      if (!user) throw new NotFoundError(`Nobody has signed up as ${login}.`);
      await userChanged(String(user._id), user.version);
    },

    /** A replay is answered as the first time, with a token of its own: none is stored. */
    async signUp({ password, ...person }: SignUp, sender: Sender, idempotency?: IdempotentRequest) {
      // Nothing of the person is kept with the key, which may outlive them.
      let version = 0;
      const { result: id, replayed } = await once(
        idempotency,
        `sign-up of ${person.email.toLowerCase()}`,
        async (session, passwordHash) => {
          const made = await users.create({ ...person, passwordHash, role: 'worker' }, session);
          version = made.version;
          return String(made._id);
        },
        // Before the transaction: none is open while a password waits for its turn.
        () => places.hold(sender, (client) => hashOf(password, client)),
      );
      if (!replayed) await userJoined(id, version);
      const user = await users.byId(id);
      if (!user) throw new ConflictError('The user of this sign-up is gone; sign up again with a new key.');
      // The first send may have been cut off before it ended what was cached.
      if (replayed) await userShown(id, user);
      const token = tokens.issue({ id, role: user.role });
      return { session: { token, user: toUser(user, replayed ? await taskIdsOf(id) : []) }, replayed };
    },

    /** `login`: e-mail or user name, in whichever letter case. */
    async logIn(login: string, password: string, sender: Sender) {
      const account = digestOf(login);
      const { user, isTheirs } = await places.hold({ ...sender, account }, async (client) => {
        const found = await users.byLogin(login);
        const hash = found?.passwordHash ?? (await nobodysHash);
        const { requireTime } = client;
        const matches = await guard.attempt({ account, address: sender.address, requireTime }, async () => {
          // Both are looked at, so that it takes as long for a name that nobody has.
          const isOfHash = await hashPool.matchesAny(spellingsOf(password), hash, client);
          return found !== null && isOfHash;
        });
        return { user: found, isTheirs: matches };
      });
      if (!user || !isTheirs) {
        throw new UnauthenticatedError('The name or the password is wrong.');
      }
      const token = tokens.issue({ id: String(user._id), role: user.role });
      return { token, user: toUser(user, await taskIdsOf(String(user._id))) };
    },
  };
}
