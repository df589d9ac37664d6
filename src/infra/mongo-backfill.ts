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
