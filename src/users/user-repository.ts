import type { ClientSession, Connection, Types } from 'mongoose';
import type { Role } from '../people/principal';
import { ConflictError } from '../problems/errors';
import { allOf, atVersion, duplicateFields, madeAt, toObjectId, type Made } from '../infra/mongo/mongo';
import { afterCursor, COUNT_LIMIT } from '../infra/mongo/page';
import { toPage, type ListPage, type ListPlan } from '../lists/list-plan';
import { searchWordsOf } from '../lists/search-words';
import type { Precondition } from '../lib/version-tag';
import { laterThan } from './auth-version';
import { matching, type UserFilters } from './user-lists';
import { NO_HASH } from './password';
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

/** Fields that a user may change. */
export type UserFields = Pick<NewUser, 'name' | 'email' | 'username'>;

/** What only an Admin changes, of another user. */
export interface Access {
  role?: Role;
  disabled?: boolean;
}

/** Projection of everything but secrets and fields for search. */
const PUBLIC = { passwordHash: 0, uploads: 0, words: 0 } as const;
export type PublicUserRecord = Omit<UserRecord, keyof typeof PUBLIC>;

/** What must be unchanged since it was read; `undefined` fits any value. */
export interface InForce {
  role?: Role;
  authVersion?: number;
}

/** Matches enabled users of whom this still holds. */
const inForce = ({ role, authVersion }: InForce) => ({
  disabled: null,
  ...(role && { role }),
  ...(authVersion !== undefined && { authVersion: authVersion === 0 ? { $in: [0, null] } : authVersion }),
});

/** Options of a change that no answer about the user shows. */
const quietly = (session: ClientSession) =>
  ({ session, timestamps: false, returnDocument: 'after', projection: { authVersion: 1, role: 1 } }) as const;

const NO_PASSWORD = new RegExp(`^${NO_HASH}`);
const WORDS_OF_USER = 40;
/** Tries of a change that other changes keep overtaking. */
const TRIES = 10;

/** Matches a login. A user name has no @, so it cannot be another user's e-mail address. */
const named = (login: string) => ({ $or: [{ emailKey: keyOf(login) }, { usernameKey: keyOf(login) }] });
const keyOf = (text: string) => text.normalize('NFKC').toLowerCase();

/** Returns the fields for comparison and search, derived from what the user wrote. */
const derived = ({ name, email, username }: UserFields) => ({
  emailKey: keyOf(email),
  usernameKey: keyOf(username),
  words: searchWordsOf(`${name} ${username} ${email}`, WORDS_OF_USER),
});

/** A new role and disabling raise `authVersion`, which ends earlier tokens. */
function updateOf(now: UserRecord, fields: Partial<UserFields>, { role, disabled }: Access) {
  const endsAccess = (role !== undefined && role !== now.role) || (disabled === true && !now.disabled);
  return {
    $set: {
      ...fields,
      ...derived({ ...now, ...fields }),
      ...(role && { role }),
      ...(disabled && { disabled: true }),
    },
    ...(disabled === false && { $unset: { disabled: 1 } }),
    $inc: { version: 1 },
    ...(endsAccess && { $max: { authVersion: laterThan(now.authVersion) } }),
  };
}

/** @throws ConflictError if a unique index refuses the write */
async function refusingDuplicates<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    const fields = duplicateFields(error);
    if (!fields) throw error;
    const taken = fields.includes('usernameKey') ? 'user name' : 'e-mail address';
    throw new ConflictError(`This ${taken} is taken. Choose another.`);
  }
}

export function createUserRepository(connection: Connection) {
  const Users = userModel(connection);

  /** Changes a user and raises `authVersion`, in a transaction; null if the filter matches none. */
  async function endAndChange(filter: { _id: Types.ObjectId }, change: object, session: ClientSession) {
    const user = await Users.findOne(filter, { authVersion: 1 }, { session }).lean<UserRecord>();
    const raise = { ...change, $max: { authVersion: laterThan(user?.authVersion) } };
    return user && Users.findOneAndUpdate(filter, raise, quietly(session)).lean<UserRecord>();
  }

  return {
    /** @throws ConflictError if the e-mail address or the user name is taken (case-insensitive) */
    async create(user: NewUser, session?: ClientSession): Promise<UserRecord> {
      const [record] = await refusingDuplicates(Users.create([{ ...user, ...derived(user) }], { session }));
      return record!.toObject();
    },

    /**
     * Adds the users whose ids do not exist yet, for the seed command.
     * @returns how many were added
     * @throws ConflictError if another user has an e-mail address or a user name
     */
    async addMissing(users: (NewUser & Made)[]): Promise<number> {
      const there = await Users.find(
        { _id: { $in: users.map(({ id }) => toObjectId(id)) } },
        { _id: 1 },
      ).lean();
      const known = new Set(there.map(({ _id }) => String(_id)));
      const missing = users.filter(({ id }) => !known.has(id));
      const records = missing.map(({ id, at, ...user }) => ({
        ...user,
        ...derived(user),
        ...madeAt(id, at),
      }));
      await refusingDuplicates(Users.insertMany(records, { timestamps: false }));
      return missing.length;
    },

    byLogin: (login: string): Promise<UserRecord | null> => Users.findOne(named(login)).lean(),

    /** Replaces a hash by a better one of the same password, unless the password was changed meanwhile. */
    async rehash(id: string, passwordHash: string, better: string): Promise<void> {
      const filter = { _id: toObjectId(id), passwordHash };
      await Users.updateOne(filter, { $set: { passwordHash: better } }, { timestamps: false });
    },

    byId: (id: string, session?: ClientSession): Promise<PublicUserRecord | null> =>
      Users.findById(toObjectId(id), PUBLIC, { session }).lean<PublicUserRecord>(),

    /** Also reads the password hash. */
    withSecrets: (id: string): Promise<UserRecord | null> =>
      Users.findById(toObjectId(id)).lean<UserRecord>(),

    byIds: (ids: string[]): Promise<PublicUserRecord[]> =>
      Users.find({ _id: { $in: ids.map(toObjectId) } }, PUBLIC).lean<PublicUserRecord[]>(),

    async page(plan: ListPlan<UserFilters>): Promise<ListPage<PublicUserRecord>> {
      const found = await Users.find(allOf(...matching(plan.filters), ...afterCursor(plan)), PUBLIC)
        .sort(plan.order)
        .limit(plan.limit + 1)
        .lean<PublicUserRecord[]>();
      return toPage(plan, found);
    },

    /** Counts the users on all pages, up to COUNT_LIMIT. */
    count: (plan: ListPlan<UserFilters>): Promise<number> =>
      Users.countDocuments(allOf(...matching(plan.filters)), { limit: COUNT_LIMIT }),

    /**
     * Changes a user and returns them; null if there is none or the precondition does not hold.
     * @throws ConflictError if another user has the e-mail address or the user name
     */
    async change(
      id: string,
      fields: Partial<UserFields>,
      precondition: Precondition | undefined,
      { access = {}, session }: { access?: Access; session?: ClientSession } = {},
    ): Promise<PublicUserRecord | null> {
      for (let tries = 0; tries < TRIES; tries++) {
        const now = await Users.findById(toObjectId(id), {}, { session }).lean<UserRecord>();
        if (!now) return null;
        const update = updateOf(now, fields, access);
        // The words derive from all three fields, so those that were read must not have changed.
        const unchanged = atVersion({ versions: [now.version ?? 0] });
        const filter = allOf({ _id: now._id }, ...unchanged, ...atVersion(precondition));
        const options = { returnDocument: 'after', projection: PUBLIC, session } as const;
        const after = await refusingDuplicates(
          Users.findOneAndUpdate(filter, update, options).lean<PublicUserRecord>().exec(),
        );
        if (after) return after;
        if (await Users.exists(allOf({ _id: now._id }, ...unchanged)).session(session ?? null)) return null;
      }
      throw new ConflictError(
        'Other requests kept changing the user at the same time. Send the request again.',
      );
    },

    /** Raises the user's `authVersion` and returns it; `undefined` if there is no such user. */
    async endTokens(id: string, session: ClientSession): Promise<number | undefined> {
      return (await endAndChange({ _id: toObjectId(id) }, {}, session))?.authVersion;
    },

    /**
     * Replaces a password hash, and raises `authVersion`.
     * @param required what must hold of the user besides the hash, who then must also be enabled
     * @returns the changed user; null if the hash is no longer the one that was read, or `required` does not hold
     */
    setPassword(
      id: string,
      { from, to, required }: { from: string; to: string; required?: InForce },
      session: ClientSession,
    ): Promise<Pick<UserRecord, 'role' | 'authVersion'> | null> {
      const same = { _id: toObjectId(id), passwordHash: from, ...(required && inForce(required)) };
      return endAndChange(same, { $set: { passwordHash: to } }, session);
    },

    /** Counts the Admins who can log in: one who has not set a password yet can not. */
    countAdmins: (session?: ClientSession): Promise<number> =>
      Users.countDocuments(
        { role: 'Admin', disabled: null, passwordHash: { $not: NO_PASSWORD } },
        { session },
      ),

    remove: (
      id: string,
      precondition: Precondition | undefined,
      session: ClientSession,
    ): Promise<PublicUserRecord | null> =>
      Users.findOneAndDelete(allOf({ _id: toObjectId(id) }, ...atVersion(precondition)), {
        session,
        projection: PUBLIC,
      }).lean<PublicUserRecord>(),

    /**
     * Writes to the user, so that transactions about one user exclude each other.
     * @param required what must hold of the user, who then must also be enabled
     * @returns false if there is no such user
     */
    async hold(id: string, session: ClientSession, required?: InForce): Promise<boolean> {
      const count = { $inc: { uploads: 1 } };
      const filter = { _id: toObjectId(id), ...(required && inForce(required)) };
      const { matchedCount } = await Users.updateOne(filter, count, {
        session,
        timestamps: false,
      });
      return matchedCount === 1;
    },

    prepare: () => Users.createIndexes(),
  };
}
