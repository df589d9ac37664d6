import { COMMAND } from '../audit/audit-event';
import type { Audit } from '../audit/audit';
import { ConflictError } from '../problems/errors';
import type { Once, IdempotentRequest } from '../idempotency/idempotency-service';
import type { HashClient, HashPool } from '../infra/hash-pool';
import type { ClientSession, Mongo } from '../infra/mongo/mongo';
import type { Sender } from '../people/principal';
import { preparedPassword } from '../users/password';
import type { PublicUserRecord, UserRecord, UserRepository } from '../users/user-repository';
import { toUser } from '../users/user-view';
import { wrongPassword, type CheckPassword } from './check-password';
import type { HashPlaces } from './hash-places';
import type { SessionService } from '../sessions/session-service';

export type AuthService = ReturnType<typeof createAuthService>;

interface AuthServiceDeps {
  users: UserRepository;
  hashPool: Pick<HashPool, 'hash'>;
  places: Pick<HashPlaces, 'hold'>;
  openSession: SessionService['open'];
  checkPassword: CheckPassword;
  once: Once;
  transaction: Mongo['transaction'];
  audit: Pick<Audit, 'record'>;
  /** These two invalidate the cache of a user who is new, or is shown without a change. */
  userJoined: (userId: string, version: number) => Promise<void>;
  userShown: (userId: string, user: Pick<UserRecord, 'version' | 'updatedAt'>) => Promise<void>;
  taskIdsOf: (userId: string) => Promise<string[]>;
}

export interface SignUp {
  name: string;
  email: string;
  username: string;
  password: string;
}

export function createAuthService(deps: AuthServiceDeps) {
  const { users, hashPool, places, checkPassword, once, audit } = deps;
  const { userJoined, userShown, taskIdsOf } = deps;
  const hashOf = (password: string, client?: HashClient) => hashPool.hash(preparedPassword(password), client);

  /** @throws UnauthenticatedError like a wrong password if the user was disabled or changed since they were read */
  async function open(user: UserRecord | PublicUserRecord, sender: Sender, how?: string) {
    const grant = await deps.openSession(user, sender, how);
    if (grant) return grant;
    const [target, detail] = [String(user._id), 'changed meanwhile'];
    await audit.record({ action: 'log-in', outcome: 'refused', origin: sender, target, detail });
    throw wrongPassword();
  }

  /** Checks the password of a replay like that of a log-in: the user may have been changed since the sign-up. */
  async function proved(id: string, login: string, password: string, sender: Sender) {
    const user = await users.withSecrets(id);
    return user && checkPassword({ login, password, sender, find: () => users.withSecrets(id) });
  }

  return {
    /** Creates an Admin, for the command line. */
    async createAdmin({ password, ...person }: SignUp) {
      const passwordHash = await hashOf(password);
      const admin = await deps.transaction(async (session) => {
        const made = await users.create({ ...person, passwordHash, role: 'Admin' }, session);
        const event = { action: 'user-created', origin: COMMAND, target: String(made._id) } as const;
        await audit.record({ ...event, detail: 'Admin' }, session);
        return made;
      });
      await userJoined(String(admin._id), admin.version);
      return admin;
    },

    hasAdmin: async (): Promise<boolean> => (await users.countAdmins()) > 0,

    /** Signs up a member. A replay gets the first answer with a new session, since no token is stored. */
    async signUp({ password, ...person }: SignUp, sender: Sender, idempotency?: IdempotentRequest) {
      // Only the id is kept with the key, which may outlive the user.
      let version = 0;
      const { result: id, replayed } = await once(
        idempotency,
        `sign-up of ${person.email.toLowerCase()}`,
        (session, passwordHash) => {
          const join = async (txn: ClientSession) => {
            const made = await users.create({ ...person, passwordHash, role: 'worker' }, txn);
            version = made.version;
            const madeId = String(made._id);
            const user = { id: madeId, role: made.role };
            await audit.record({ action: 'sign-up', origin: { ...sender, user }, target: madeId }, txn);
            return madeId;
          };
          return session ? join(session) : deps.transaction(join);
        },
        // Before the transaction, so that none is open while a password waits for its turn.
        () => places.hold(sender, (client) => hashOf(password, client)),
      );
      if (!replayed) await userJoined(id, version);
      const user = await (replayed ? proved(id, person.email, password, sender) : users.byId(id));
      if (!user)
        throw new ConflictError('The user of this sign-up has been removed. Sign up again with a new key.');
      // The first request may have been cut off before it invalidated the cache.
      if (replayed) await userShown(id, user);
      const grant = await open(user, sender, 'after the sign-up');
      return { session: { ...grant, user: toUser(user, replayed ? await taskIdsOf(id) : []) }, replayed };
    },

    /** @param login e-mail address or user name, case-insensitive */
    async logIn(login: string, password: string, sender: Sender) {
      const user = await checkPassword({ login, password, sender, find: () => users.byLogin(login) });
      const grant = await open(user, sender);
      return { ...grant, user: toUser(user, await taskIdsOf(String(user._id))) };
    },
  };
}
