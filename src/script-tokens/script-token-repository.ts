import type { ClientSession, Connection } from 'mongoose';
import { toObjectId } from '../infra/mongo/mongo';
import { scriptTokenModel, type ScriptTokenRecord } from './script-token-model';

export type ScriptTokenRepository = ReturnType<typeof createScriptTokenRepository>;
export type { ScriptTokenRecord };

export type NewScriptToken = Pick<
  ScriptTokenRecord,
  'name' | 'hash' | 'lastFour' | 'access' | 'expiresAt'
> & {
  userId: string;
};

const isAlive = () => ({ expiresAt: { $gt: new Date() } });

export function createScriptTokenRepository(connection: Connection) {
  const Tokens = scriptTokenModel(connection);

  return {
    async create({ userId, ...token }: NewScriptToken, session: ClientSession): Promise<ScriptTokenRecord> {
      const record = { ...token, userId: toObjectId(userId), createdAt: new Date() };
      const [made] = await Tokens.create([record], { session });
      return made!.toObject();
    },

    byHash: (hash: string): Promise<ScriptTokenRecord | null> =>
      Tokens.findOne({ hash, ...isAlive() }).lean<ScriptTokenRecord>(),

    /** Lists the tokens of a user that have not expired, the newest first. */
    ofUser: (userId: string, session?: ClientSession): Promise<ScriptTokenRecord[]> =>
      Tokens.find({ userId: toObjectId(userId), ...isAlive() }, {}, { session })
        .sort({ createdAt: -1 })
        .lean<ScriptTokenRecord[]>(),

    /** Returns whether the user had this token. */
    async remove(userId: string, id: string, session: ClientSession): Promise<boolean> {
      const token = { _id: toObjectId(id), userId: toObjectId(userId) };
      return (await Tokens.deleteOne(token, { session })).deletedCount === 1;
    },

    async removeOfUser(userId: string, session: ClientSession): Promise<void> {
      await Tokens.deleteMany({ userId: toObjectId(userId) }, { session });
    },

    /** Notes a use, unless another worker noted one since `before`. */
    async used(id: string, at: Date, before: Date): Promise<void> {
      const older = { $or: [{ lastUsedAt: null }, { lastUsedAt: { $lte: before } }] };
      await Tokens.updateOne({ _id: toObjectId(id), ...older }, { $set: { lastUsedAt: at } });
    },

    prepare: () => Tokens.createIndexes(),
  };
}
