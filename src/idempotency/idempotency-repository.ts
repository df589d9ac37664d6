import type { ClientSession, Connection } from 'mongoose';
import { duplicateFields } from '../infra/mongo/mongo';
import { idempotencyModel, type IdempotencyRecord } from './idempotency-model';

export type IdempotencyRepository = ReturnType<typeof createIdempotencyRepository>;

export function createIdempotencyRepository(connection: Connection) {
  const Keys = idempotencyModel(connection);

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
