import type { ClientSession, Connection } from 'mongoose';
import { toObjectId } from '../infra/mongo/mongo';
import { sessionModel, type SessionRecord } from './session-model';

export type SessionRepository = ReturnType<typeof createSessionRepository>;
export type { SessionRecord };

export type NewSession = Pick<
  SessionRecord,
  | 'family'
  | 'authVersion'
  | 'currentHash'
  | 'device'
  | 'network'
  | 'createdAt'
  | 'lastUsedAt'
  | 'idleUntil'
  | 'until'
> & { id: string; userId: string };

/** What a renewal changes. */
export type Renewal = Pick<
  SessionRecord,
  'currentHash' | 'keyId' | 'device' | 'network' | 'lastUsedAt' | 'idleUntil'
>;

const isAlive = (at: Date) => ({ idleUntil: { $gt: at }, until: { $gt: at } });

export function createSessionRepository(connection: Connection) {
  const Sessions = sessionModel(connection);

  return {
    async create({ id, userId, ...session }: NewSession, txn?: ClientSession): Promise<void> {
      const record = { ...session, _id: toObjectId(id), userId: toObjectId(userId) };
      await Sessions.create([record], { session: txn });
    },

    /** Replaces the refresh token with this digest; null if it is not the current one of a live session. */
    rotate: (family: string, digest: string, renewal: Renewal): Promise<SessionRecord | null> =>
      Sessions.findOneAndUpdate(
        { family, currentHash: digest, ...isAlive(renewal.lastUsedAt) },
        { $set: { ...renewal, previousHash: digest, rotatedAt: renewal.lastUsedAt } },
        { returnDocument: 'after' },
      ).lean<SessionRecord>(),

    byId: (id: string, at = new Date()): Promise<SessionRecord | null> =>
      Sessions.findOne({ _id: toObjectId(id), ...isAlive(at) }).lean<SessionRecord>(),

    byFamily: (family: string, at: Date): Promise<SessionRecord | null> =>
      Sessions.findOne({ family, ...isAlive(at) }).lean<SessionRecord>(),

    /** Returns whether the user has this session, in a transaction. */
    isLive: async (id: string, userId: string, txn: ClientSession): Promise<boolean> => {
      const live = { _id: toObjectId(id), userId: toObjectId(userId), ...isAlive(new Date()) };
      return (await Sessions.exists(live).session(txn)) !== null;
    },

    /** Lists a user's live sessions, the last used first. */
    ofUser: (
      userId: string,
      { skip = 0, limit }: { skip?: number; limit: number },
      txn?: ClientSession,
    ): Promise<SessionRecord[]> =>
      Sessions.find({ userId: toObjectId(userId), ...isAlive(new Date()) }, {}, { session: txn })
        .sort({ lastUsedAt: -1 })
        .skip(skip)
        .limit(limit)
        .lean<SessionRecord[]>(),

    async remove(ids: string[], txn: ClientSession): Promise<void> {
      await Sessions.deleteMany({ _id: { $in: ids.map(toObjectId) } }, { session: txn });
    },

    /** Removes a session unless it has outlived a change of `authVersion` since. Returns whether it was removed. */
    async removeAt(id: string, authVersion: number, txn: ClientSession): Promise<boolean> {
      const stale = { _id: toObjectId(id), authVersion };
      return (await Sessions.deleteOne(stale, { session: txn })).deletedCount === 1;
    },

    /** Removes the user's sessions; `except` is the id of one that stays. */
    async removeOfUser(userId: string, txn: ClientSession, except?: string): Promise<void> {
      const kept = except === undefined ? {} : { _id: { $ne: toObjectId(except) } };
      await Sessions.deleteMany({ userId: toObjectId(userId), ...kept }, { session: txn });
    },

    /** Lets a live session outlive a change of the user's `authVersion`. Returns false if there is no such session. */
    async keep(id: string, authVersion: number, txn: ClientSession): Promise<boolean> {
      const live = { _id: toObjectId(id), ...isAlive(new Date()) };
      const { matchedCount } = await Sessions.updateOne(live, { $set: { authVersion } }, { session: txn });
      return matchedCount === 1;
    },

    prepare: () => Sessions.createIndexes(),
  };
}
