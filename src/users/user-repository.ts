import type { ClientSession, Connection } from 'mongoose';
import type { Role } from '../principal';
import { ConflictError } from '../errors';
import { duplicateFields, toObjectId } from '../infra/mongo';
import { afterCursor } from '../infra/mongo-page';
import type { PageRequest } from '../page';
import { userModel, type UserRecord } from './user-model';

export type UserRepository = ReturnType<typeof createUserRepository>;
export type { UserRecord };

export interface NewUser {
  name: string;
  email: string;
  username: string;
  passwordHash: string;
  role: Role;
}

const PUBLIC = { emailKey: 0, usernameKey: 0, passwordHash: 0, uploads: 0 } as const;
export type PublicUserRecord = Omit<UserRecord, keyof typeof PUBLIC>;

/** A user name holds no @, so no other's e-mail can be meant. */
const named = (login: string) => ({ $or: [{ emailKey: keyOf(login) }, { usernameKey: keyOf(login) }] });
const keyOf = (text: string) => text.normalize('NFKC').toLowerCase();

export function createUserRepository(connection: Connection) {
  const Users = userModel(connection);

  return {
    /** @throws ConflictError where the e-mail or the user name is taken, letter case aside */
    async create(user: NewUser): Promise<UserRecord> {
      try {
        const keys = { emailKey: keyOf(user.email), usernameKey: keyOf(user.username) };
        return (await Users.create({ ...user, ...keys })).toObject();
      } catch (error) {
        const [field] = duplicateFields(error) ?? [];
        if (!field) throw error;
        const taken = field === 'usernameKey' ? 'user name' : 'e-mail address';
        throw new ConflictError(`This ${taken} is taken; choose another or log in.`);
      }
    },

    byLogin: (login: string): Promise<UserRecord | null> => Users.findOne(named(login)).lean(),

    promote: (login: string): Promise<UserRecord | null> =>
      Users.findOneAndUpdate(named(login), { $set: { role: 'Admin' } }).lean(),

    byId: (id: string): Promise<PublicUserRecord | null> =>
      Users.findById(toObjectId(id), PUBLIC).lean<PublicUserRecord>(),

    byIds: (ids: string[]): Promise<PublicUserRecord[]> =>
      Users.find({ _id: { $in: ids.map(toObjectId) } }, PUBLIC).lean<PublicUserRecord[]>(),

    /** Newest first. */
    page: ({ limit, after }: PageRequest): Promise<PublicUserRecord[]> =>
      Users.find(afterCursor(after), PUBLIC)
        .sort({ createdAt: -1, _id: -1 })
        .limit(limit)
        .lean<PublicUserRecord[]>(),

    countAdmins: (session?: ClientSession): Promise<number> =>
      Users.countDocuments({ role: 'Admin' }, { session }),

    remove: (id: string, session: ClientSession): Promise<PublicUserRecord | null> =>
      Users.findOneAndDelete(
        { _id: toObjectId(id) },
        { session, projection: PUBLIC },
      ).lean<PublicUserRecord>(),

    /** Writes to the user, so that the transaction and a removal exclude each other; false where nobody is there. */
    async countUpload(id: string, session: ClientSession): Promise<boolean> {
      const count = { $inc: { uploads: 1 } };
      const { matchedCount } = await Users.updateOne({ _id: toObjectId(id) }, count, {
        session,
        timestamps: false,
      });
      return matchedCount === 1;
    },

    prepare: () => Users.createIndexes(),
  };
}
