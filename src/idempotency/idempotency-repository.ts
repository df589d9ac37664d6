import { type ClientSession, type Connection, Schema } from 'mongoose';
import { duplicateFields } from '../infra/mongo/mongo';

export interface IdempotencyRecord {
  /** Digest of the sender and the key. */
  _id: string;
  /** Keyed digest of the request, which reveals no password in it to a reader of the database. */
  fingerprint: string;
  /** Id of the attempt that does the work until `leaseUntil`. */
  claim: string;
  leaseUntil: Date;
  /** Result as JSON, written in the transaction of the work; null until then. */
  result: string | null;
  expiresAt: Date;
}

const idempotencySchema = new Schema<IdempotencyRecord>(
  {
    _id: { type: String, required: true },
    fingerprint: { type: String, required: true },
    claim: { type: String, required: true },
    leaseUntil: { type: Date, required: true },
    result: { type: String, default: null },
    expiresAt: { type: Date, required: true },
  },
  { collection: 'idempotency_keys', versionKey: false, strictQuery: 'throw' },
);
idempotencySchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export type IdempotencyRepository = ReturnType<typeof createIdempotencyRepository>;

export function createIdempotencyRepository(connection: Connection) {
  const Keys = connection.model('IdempotencyKey', idempotencySchema);

  return {
    /** Claims a key. Returns false if it was sent before. */
    async claim(record: Omit<IdempotencyRecord, 'result'>): Promise<boolean> {
      try {
        await Keys.create(record);
        return true;
      } catch (error) {
        if (duplicateFields(error)) return false;
        throw error;
      }
    },

    byId: (id: string): Promise<IdempotencyRecord | null> => Keys.findById(id).lean<IdempotencyRecord>(),

    /** Takes over the key of an attempt whose lease has expired. Returns false if there is none. */
    async takeOver(id: string, claim: string, leaseUntil: Date): Promise<boolean> {
      const abandoned = { _id: id, result: null, leaseUntil: { $lt: new Date() } };
      const { modifiedCount } = await Keys.updateOne(abandoned, { $set: { claim, leaseUntil } });
      return modifiedCount === 1;
    },

    /** Stores the result in the transaction of the work. Returns false if another attempt has taken over the key. */
    async complete(id: string, claim: string, result: string, session: ClientSession): Promise<boolean> {
      const { matchedCount } = await Keys.updateOne({ _id: id, claim }, { $set: { result } }, { session });
      return matchedCount === 1;
    },

    /** Frees the key after the work was refused. */
    async release(id: string, claim: string): Promise<void> {
      await Keys.deleteOne({ _id: id, claim, result: null });
    },

    prepare: () => Keys.createIndexes(),
  };
}
