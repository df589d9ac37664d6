import { truncates } from 'bcryptjs';
import { NotFoundError, UnauthenticatedError } from '../errors';
import type { HashPool } from '../infra/hash-pool';
import type { UserRepository } from '../users/user-repository';
import { toUser } from '../users/user-view';
import type { Role } from '../principal';
import type { TokenService } from './token-service';

export type AuthService = ReturnType<typeof createAuthService>;

interface AuthServiceDeps {
  users: UserRepository;
  hashPool: HashPool;
  tokens: TokenService;
  /** Awaited before a new user is told of. */
  userJoined: () => Promise<void>;
  userChanged: (userId: string) => Promise<void>;
  taskIdsOf: (userId: string) => Promise<string[]>;
}

export interface SignUp {
  name: string;
  email: string;
  username: string;
  password: string;
}

/** Log-in without the account: as long as a real comparison (OWASP ASVS 5, 6.3.8). */
const NOBODYS_PASSWORD = 'the password of nobody';

export function createAuthService(deps: AuthServiceDeps) {
  const { users, hashPool, tokens, userJoined, userChanged, taskIdsOf } = deps;
  const nobodysHash = hashPool.hash(NOBODYS_PASSWORD);

  async function create({ password, ...person }: SignUp, role: Role) {
    const passwordHash = await hashPool.hash(password);
    const user = await users.create({ ...person, passwordHash, role });
    await userJoined();
    return user;
  }

  return {
    /** Before it is there, the first unknown name would take longer than a known one. */
    ready: (): Promise<unknown> => nobodysHash,

    /** Admins are made by the command line alone. */
    createAdmin: (person: SignUp) => create(person, 'Admin'),

    hasAdmin: async (): Promise<boolean> => (await users.countAdmins()) > 0,

    /** @param login e-mail or user name */
    async promote(login: string): Promise<void> {
      const user = await users.promote(login);
      if (!user) throw new NotFoundError(`Nobody has signed up as ${login}.`);
      await userChanged(String(user._id));
    },

    async signUp(person: SignUp) {
      const user = await create(person, 'worker');
      const token = tokens.issue({ id: String(user._id), role: user.role });
      return { token, user: toUser(user, []) };
    },

    /** `login`: e-mail or user name, in whichever letter case. */
    async logIn(login: string, password: string) {
      const user = await users.byLogin(login);
      const hash = user?.passwordHash ?? (await nobodysHash);
      const matches = await hashPool.matches(password, hash);
      // bcrypt reads 72 bytes: a longer one would pass by its beginning alone.
      if (!user || !matches || truncates(password)) {
        throw new UnauthenticatedError('The name or the password is wrong.');
      }
      const token = tokens.issue({ id: String(user._id), role: user.role });
      return { token, user: toUser(user, await taskIdsOf(String(user._id))) };
    },
  };
}
