import type { ClientSession, Connection } from 'mongoose';
import { duplicateFields } from '../infra/mongo';
import { repeatModel, type RepeatRecord } from './idempotency-model';

export type IdempotencyRepository = ReturnType<typeof createIdempotencyRepository>;

export function createIdempotencyRepository(connection: Connection) {
  const Repeats = repeatModel(connection);

  return {
    /** False where the key was sent before. */
    async claim(record: Omit<RepeatRecord, 'result'>): Promise<boolean> {
      try {
        await Repeats.create(record);
        return true;
      } catch (error) {
        if (duplicateFields(error)) return false;
        throw error;
      }
    },

    byId: (id: string): Promise<RepeatRecord | null> => Repeats.findById(id).lean<RepeatRecord>(),

    /** Of who held it and seems to have died. */
    async takeOver(id: string, claim: string, leaseUntil: Date): Promise<boolean> {
      const abandoned = { _id: id, result: null, leaseUntil: { $lt: new Date() } };
      const { modifiedCount } = await Repeats.updateOne(abandoned, { $set: { claim, leaseUntil } });
      return modifiedCount === 1;
    },

    /** In the transaction of the work; false where another has taken it over. */
    async complete(id: string, claim: string, result: string, session: ClientSession): Promise<boolean> {
      const { matchedCount } = await Repeats.updateOne({ _id: id, claim }, { $set: { result } }, { session });
      return matchedCount === 1;
    },

    /** After work that was refused: the key is free again. */
    async release(id: string, claim: string): Promise<void> {
      await Repeats.deleteOne({ _id: id, claim, result: null });
    },

    prepare: () => Repeats.createIndexes(),
  };
}
