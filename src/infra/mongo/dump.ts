import mongoose from 'mongoose';
import type { ClientSession, Mongo } from './mongo';
import { LOCKS } from './lock';
import { CHANGELOG } from './migrations';
import { createRestoredNotices, NOTICES } from './restored-notices';

const { EJSON } = mongoose.mongo.BSON;

/** Keeps the stored BSON type of numbers and bytes. */
const AS_STORED = { promoteValues: false, promoteBuffers: false, bsonRegExp: true } as const;

/** Sessions are not restored: a refresh token that has ended since the backup would live again. */
export const SESSIONS = 'sessions';
/** What a restore leaves out or merges, so its number can differ from that of the backup. */
export const isAsInBackup = (name: string) => name !== NOTICES && name !== SESSIONS;

/** The read concern of the connection would replace that of a session that reads at one point in time. */
const concernOf = (session?: ClientSession) =>
  session?.snapshotEnabled ? { readConcern: { level: 'snapshot' as const } } : {};

/** The hosts' collection. What runs now is not what ran at a backup. */
export const HOSTS = 'hosts';
/** Neither backed up nor restored. */
const OF_NOW = [LOCKS, HOSTS];

/** A starting worker writes these: a database that holds nothing else counts as empty. */
const BOOKKEEPING = [CHANGELOG, NOTICES, ...OF_NOW];

export type Dump = ReturnType<typeof createDump>;
export type Stored = mongoose.mongo.BSON.Document;

/** Writes canonical Extended JSON, which keeps the type of each value. */
export const toText = (document: Stored): string => EJSON.stringify(document, { relaxed: false });
export const fromText = (text: string) => EJSON.parse(text, { relaxed: false }) as unknown;

/** Reads and writes whole collections, whatever they hold; GridFS is two of them. */
export function createDump({ db, client }: Pick<Mongo, 'db' | 'client'>) {
  const restored = createRestoredNotices(db);

  async function allCollections(): Promise<string[]> {
    const found = await db.listCollections({}, { nameOnly: true }).toArray();
    return found
      .filter(({ type, name }) => type !== 'view' && !name.startsWith('system.'))
      .map(({ name }) => name)
      .sort();
  }

  const collections = async () => (await allCollections()).filter((name) => !OF_NOW.includes(name));

  const count = (name: string, session?: ClientSession): Promise<number> =>
    db.collection(name).countDocuments({}, { session, ...concernOf(session) });

  async function counts(session?: ClientSession): Promise<Record<string, number>> {
    const all: Record<string, number> = {};
    for (const name of await collections()) all[name] = await count(name, session);
    return all;
  }

  const isExpiring = async (name: string): Promise<boolean> =>
    (await db.collection(name).indexes()).some(({ expireAfterSeconds }) => expireAfterSeconds !== undefined);

  return {
    database: db.databaseName,
    counts,

    /** Lists the collections from which MongoDB removes records when they expire. */
    async expiring(): Promise<string[]> {
      const names = await collections();
      const flags = await Promise.all(names.map(isExpiring));
      return names.filter((_, index) => flags[index]);
    },

    /** Starts a session that reads at one point in time; `undefined` if the server has no snapshots. */
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
      db.collection(name).find({}, { ...AS_STORED, session, ...concernOf(session), batchSize: 200 }),

    async insert(name: string, documents: Stored[]): Promise<void> {
      if (name === NOTICES) await restored.merge(documents);
      else if (name !== SESSIONS) await db.collection(name).insertMany(documents);
    },

    /** Call once all documents are inserted. */
    letUsersIn: restored.letUsersIn,

    /** Counts documents by collection, without the collections that every starting worker writes. */
    async contents(): Promise<Record<string, number>> {
      const all = Object.entries(await counts());
      return Object.fromEntries(all.filter(([name, size]) => size > 0 && !BOOKKEEPING.includes(name)));
    },

    /** Returns whether a process has held this lock of the database, and died with it. */
    wasLocked: async (name: string): Promise<boolean> =>
      (await db.collection<{ _id: string }>(LOCKS).countDocuments({ _id: name })) > 0,

    /**
     * Drops every collection, the locks last, which say what the rest is. MongoDB removes an empty database; so this
     * needs no right to drop databases.
     */
    async removeAll(): Promise<void> {
      for (const name of await allCollections()) if (name !== LOCKS) await db.collection(name).drop();
      if ((await allCollections()).includes(LOCKS)) await db.collection(LOCKS).drop();
    },

    /**
     * Drops the indexes too: a TTL index would remove restored documents before they are counted. Notices stay: the
     * tokens that they end are still about.
     */
    async dropAll(): Promise<void> {
      for (const name of await collections()) if (name !== NOTICES) await db.collection(name).drop();
    },
  };
}

/** Recognizes the driver's error, or the server's, for snapshots outside transactions. */
function isUnsupported(error: unknown): boolean {
  if (error instanceof mongoose.mongo.MongoCompatibilityError) return true;
  return error instanceof mongoose.mongo.MongoServerError && UNSUPPORTED.has(Number(error.code));
}

/** InvalidOptions, CommandNotSupported, NotImplemented, SnapshotUnavailable and "unknown field". */
const UNSUPPORTED = new Set([72, 115, 238, 246, 40415]);
