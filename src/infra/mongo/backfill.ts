import { isDeepStrictEqual } from 'node:util';
import type { Database } from './mongo';

/**
 * Gives documents that were written before there were versions what they lack. Each is changed only while it
 * still lacks it: a migration that was cut off goes on from there.
 */
export async function backfill<T>(
  db: Database,
  collection: string,
  missing: (record: T) => object,
): Promise<void> {
  const documents = db.collection(collection);
  const old = { version: { $exists: false } };
  for await (const record of documents.find(old)) {
    const change = { $set: { ...missing(record as T), version: 1 } };
    await documents.updateOne({ _id: record._id, ...old }, change);
  }
}

const BATCH = 500;

/**
 * Sets again what is derived from some fields of each document, in batches by `_id`. A document is written only if its
 * value differs and only while its fields are as they were read, so this may run beside writers, end in the middle
 * and run again.
 * @returns how many documents were changed
 */
export async function deriveAgain<T extends object>(
  db: Database,
  collection: string,
  fields: (keyof T & string)[],
  derive: (record: T) => Record<string, unknown>,
): Promise<number> {
  const documents = db.collection(collection);
  let changed = 0;
  for (let last: unknown; ;) {
    const page = last === undefined ? {} : { _id: { $gt: last as never } };
    const records = await documents.find(page).sort({ _id: 1 }).limit(BATCH).toArray();
    const changes = records.flatMap((record) => {
      const set = derive(record as unknown as T);
      if (Object.entries(set).every(([name, value]) => isDeepStrictEqual(record[name], value))) return [];
      const unchanged = Object.fromEntries(fields.map((name) => [name, record[name]]));
      return [{ updateOne: { filter: { _id: record._id, ...unchanged }, update: { $set: set } } }];
    });
    if (changes.length > 0) {
      changed += (await documents.bulkWrite(changes, { ordered: false })).modifiedCount;
    }
    if (records.length < BATCH) return changed;
    last = records.at(-1)!._id;
  }
}
