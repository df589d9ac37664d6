import mongoose from 'mongoose';
import type { ClientSession, Mongo } from './mongo';
import { LOCKS } from './lock';
import { CHANGELOG } from './migrations';

const { EJSON } = mongoose.mongo.BSON;

/** Numbers and bytes stay of the type that they have in MongoDB. */
const AS_STORED = { promoteValues: false, promoteBuffers: false, bsonRegExp: true } as const;

/** The collection by which workers notify each other, and a restore notifies them. */
export const NOTICES = 'notices';
/** The notice that ends what workers have cached: it outlives a restore, which posts it first. */
const CACHE_OFF = 'cache-off';

/** A worker that starts writes them: a database without others is empty. */
const BOOKKEEPING = [CHANGELOG, NOTICES, LOCKS];

export type Dump = ReturnType<typeof createDump>;
export type Stored = mongoose.mongo.BSON.Document;

/** Canonical Extended JSON: each value says its type. */
export const toText = (document: Stored): string => EJSON.stringify(document, { relaxed: false });
export const fromText = (text: string) => EJSON.parse(text, { relaxed: false }) as unknown;

/** Whole collections, whatever is in them; GridFS is two of them. */
export function createDump({ db, client }: Pick<Mongo, 'db' | 'client'>) {
  async function collections(): Promise<string[]> {
    const found = await db.listCollections({}, { nameOnly: true }).toArray();
    return found
      .filter(({ type, name }) => type !== 'view' && !name.startsWith('system.') && name !== LOCKS)
      .map(({ name }) => name)
      .sort();
  }

  const count = (name: string, session?: ClientSession): Promise<number> =>
    db.collection(name).countDocuments({}, { session });

  async function counts(session?: ClientSession): Promise<Record<string, number>> {
    const all: Record<string, number> = {};
    for (const name of await collections()) all[name] = await count(name, session);
    return all;
  }

  return {
    database: db.databaseName,
    counts,

    /** All reads at one point in time; undefined where the server can't. */
    async snapshot(): Promise<ClientSession | undefined> {
      const session = client.startSession({ snapshot: true });
      try {
        await count(CHANGELOG, session);
        return session;
      } catch (error) {
        await session.endSession();
        if (isUnsupported(error)) return undefined;
        throw error;
      }
    },

    read: (name: string, session?: ClientSession): AsyncIterable<Stored> =>
      db.collection(name).find({}, { ...AS_STORED, session, batchSize: 200 }),

    async insert(name: string, documents: Stored[]): Promise<void> {
      const kept = documents.filter(({ _id }) => name !== NOTICES || _id !== CACHE_OFF);
      if (kept.length > 0) await db.collection(name).insertMany(kept);
    },

    /** What is there beside what a worker writes when it starts. */
    async contents(): Promise<Record<string, number>> {
      const all = Object.entries(await counts());
      return Object.fromEntries(all.filter(([name, size]) => size > 0 && !BOOKKEEPING.includes(name)));
    },

    /** Their indexes as well: one of them removes what is out of date, before it could be counted. */
    async dropAll(): Promise<void> {
      for (const name of await collections()) {
        if (name === NOTICES) await db.collection(name).deleteMany({ _id: { $ne: CACHE_OFF as never } });
        else await db.collection(name).drop();
      }
    },
  };
}

/** By the driver, or by what a server says that knows no snapshots outside of transactions. */
function isUnsupported(error: unknown): boolean {
  if (error instanceof mongoose.mongo.MongoCompatibilityError) return true;
  return error instanceof mongoose.mongo.MongoServerError && UNSUPPORTED.has(Number(error.code));
}

/** InvalidOptions, CommandNotSupported, NotImplemented, SnapshotUnavailable, an unknown field. */
const UNSUPPORTED = new Set([72, 115, 238, 246, 40415]);
