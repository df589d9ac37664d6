import type { Collection } from 'mongoose';

/**
 * Gives documents that were written before there were versions what they lack. Each is changed only while it
 * still lacks it, so any number of processes can do this at once.
 */
export async function backfill<T>(documents: Collection, missing: (record: T) => object): Promise<void> {
  const old = { version: { $exists: false } };
  for await (const record of documents.find(old)) {
    const change = { $set: { ...missing(record as T), version: 1 } };
    await documents.updateOne({ _id: record._id, ...old }, change);
  }
}
