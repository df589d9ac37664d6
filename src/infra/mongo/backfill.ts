import { isDeepStrictEqual } from 'node:util';
import type { Database } from './mongo';

/**
 * Adds the missing fields to documents from before versions existed. It changes a document only while it has no
 * version, so an interrupted migration resumes.
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
 * Recomputes derived fields of every document, in batches by `_id`. It writes a document only if the derived value
 * differs and its source `fields` are unchanged since the read, so it can run beside writers, be interrupted and rerun.
 * @returns the number of documents changed
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
