import mongoose from 'mongoose';
import type { ClientSession, Connection } from 'mongoose';
import { spreadSeconds } from '../../lib/retry-after';
import { UnavailableError } from '../../problems/errors';
import type { BusyClock } from '../../lib/busy-clock';
import type { Precondition } from '../../lib/version-tag';
import { ServerAwayError } from '../../lib/server-away';
import { CONSISTENCY, consistentUrl, whyUnsuited, type Hello } from './consistency';
import { watchElections } from './elections';
import { ENDING_CONNECTIONS } from './ending-connection';

export type Mongo = Awaited<ReturnType<typeof connectMongo>>;
export type { ClientSession };
export type Database = mongoose.mongo.Db;

interface MongoOptions {
  onCommand?: (name: string) => void;
  /** Runs while a command is under way or waits for a connection. */
  busy?: BusyClock;
  /** Milliseconds, the only sign of a frozen server. A read is tried twice, so it fails after twice as long. */
  answerWithinMs?: number;
  /** Another database than the one that the URL names; its user stays that of the URL. */
  database?: string;
}

/** For work on whole collections. */
export const PATIENT: MongoOptions = { answerWithinMs: 600_000 };

/** How long a transaction may restart; the driver retries a commit of unknown outcome for up to 120 s. */
const RETRY_MS = 5_000;

/**
 * Connects to a replica set. Operations are never buffered: without a server they fail within
 * `serverSelectionTimeoutMS`, and the error handler answers 503.
 */
export async function connectMongo(
  url: string,
  { onCommand, busy, answerWithinMs = 4_000, database }: MongoOptions = {},
) {
  const { url: consistent, ignored } = consistentUrl(url);
  const connection = mongoose.createConnection(consistent, {
    ...CONSISTENCY,
    ...ENDING_CONNECTIONS,
    ...(database && { dbName: database }),
    maxPoolSize: 50,
    serverSelectionTimeoutMS: 3_000,
    connectTimeoutMS: 2_000,
    socketTimeoutMS: answerWithinMs,
    waitQueueTimeoutMS: 3_000,
    bufferCommands: false,
    autoIndex: false,
    autoCreate: false,
    monitorCommands: onCommand !== undefined || busy !== undefined,
  });
  // Without a listener an error after the first connect would end the process.
  connection.on('error', () => {});
  await connection.asPromise().catch((error: unknown) => {
    void connection.close(true).catch(() => {});
    throw new ServerAwayError('MongoDB', url, error);
  });
  if (onCommand) connection.getClient().on('commandStarted', ({ commandName }) => onCommand(commandName));
  if (busy) watchCommands(connection, busy);
  const hello = await requireSuited(connection);

  return {
    connection,
    db: connection.db!,
    client: connection.getClient(),
    /** Options of the address that have no effect, as they stand there. */
    ignored,
    /** Calls `work` after each election of a primary. */
    onElected: (work: () => void): void => watchElections(connection, hello.electionId?.toString(), work),

    /** Runs `work` in a transaction and retries conflicts until `RETRY_MS` have passed. */
    async transaction<T>(work: (session: ClientSession) => Promise<T>): Promise<T> {
      const session = await connection.startSession();
      const giveUp = Date.now() + RETRY_MS;
      try {
        const result = await session.withTransaction(() => {
          if (Date.now() > giveUp)
            throw new UnavailableError(
              'Too many writers at once. The request had no effect; try again.',
              spreadSeconds(1),
            );
          commitWork.set(session, []);
          return work(session);
        });
        for (const run of commitWork.get(session) ?? []) run();
        return result;
      } finally {
        await session.endSession();
      }
    },

    async ping(): Promise<void> {
      await connection.db!.admin().ping();
    },

    room: () => roomOf(connection),

    close: () => connection.close(),
  };
}

const commitWork = new WeakMap<ClientSession, (() => void)[]>();

/**
 * Runs `work`, which must not throw, once the transaction of the session is committed: an attempt may be repeated, which
 * would repeat its effects outside of MongoDB.
 */
export function afterCommit(session: ClientSession, work: () => void): void {
  commitWork.get(session)?.push(work);
}

/** Returns bytes on the server's disk; `undefined` if it reports none, like SecantusDB. */
export async function roomOf({ db }: Connection): Promise<{ free: number; size: number } | undefined> {
  const { fsTotalSize: size, fsUsedSize: used } = (await db!.command({ dbStats: 1 })) as {
    fsTotalSize: number;
    fsUsedSize: number;
  };
  return size > 0 ? { free: size - used, size } : undefined;
}

function watchCommands(connection: Connection, { begins, ends }: BusyClock): void {
  const client = connection.getClient();
  for (const event of ['commandStarted', 'connectionCheckOutStarted'] as const) client.on(event, begins);
  for (const event of ['commandSucceeded', 'commandFailed'] as const) client.on(event, ends);
  for (const event of ['connectionCheckedOut', 'connectionCheckOutFailed'] as const) client.on(event, ends);
}

async function requireSuited(connection: Connection): Promise<Hello> {
  const hello = (await connection.db!.admin().command({ hello: 1 })) as Hello;
  const why = whyUnsuited(hello, connection.getClient().options.directConnection);
  if (!why) return hello;
  await connection.close();
  throw new Error(why);
}

/** Returns the fields of the unique index that refused a write; `undefined` for any other error. */
export function duplicateFields(error: unknown): string[] | undefined {
  if (!(error instanceof mongoose.mongo.MongoServerError) || error.code !== 11000) return undefined;
  return Object.keys((error.keyPattern as Record<string, unknown> | undefined) ?? {});
}

/** Returns true if the server was unreachable, false if it refused the operation. */
export function isMongoAway(error: unknown): boolean {
  if (error instanceof mongoose.mongo.MongoServerError) {
    return (
      AWAY_LABELS.some((label) => error.hasErrorLabel(label)) ||
      AWAY_CODES.has(Number(error.code)) ||
      HAS_NO_ROOM.test(error.message)
    );
  }
  if (error instanceof mongoose.mongo.MongoNetworkError) return true;
  const { name, code } = error as { name?: string; code?: unknown };
  // Node itself reports a socket that closes during a write.
  return AWAY.has(String(name)) || code === 'EPIPE' || code === 'ECONNRESET';
}

const AWAY_LABELS = ['RetryableWriteError', 'TransientTransactionError', 'UnknownTransactionCommitResult'];
/** No majority confirmed it (64, 100); shutting down, stepping down or not primary yet; disk full (39, 14031) or failing (28). */
const AWAY_CODES = new Set([28, 39, 64, 91, 100, 189, 10107, 11600, 11602, 13435, 13436, 14031]);
/** WiredTiger's words, which SecantusDB passes on; after a panic every answer has them until a restart. */
const HAS_NO_ROOM = /WT_PANIC|No space left on device|ENOSPC/;
const AWAY = new Set([
  'MongoServerSelectionError',
  'MongooseServerSelectionError',
  'MongoWaitQueueTimeoutError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoPoolClosedError',
]);

/** @param id 24 hexadecimal digits, validated by the route's schema */
export function toObjectId(id: string): mongoose.Types.ObjectId {
  return mongoose.Types.ObjectId.createFromHexString(id);
}

/**
 * Combines filters into one that requires all of them. It stays flat while no field repeats: beside an `$and`
 * SecantusDB uses no index, not even that of `_id`, and looks at every document.
 */
export function allOf(...conditions: object[]): Record<string, unknown> {
  const flat: Record<string, unknown> = {};
  const rest: object[] = [];
  for (const condition of conditions) {
    if (Object.keys(condition).some((field) => field in flat)) rest.push(condition);
    else Object.assign(flat, condition);
  }
  return rest.length > 0 ? { ...flat, $and: rest } : flat;
}

/** What a command fixes of a record that it creates. */
export interface Made {
  id: string;
  at: Date;
}

export const madeAt = (id: string, at: Date) => ({ _id: toObjectId(id), createdAt: at, updatedAt: at });

/** Turns a precondition into filters; version 0 stands for documents from before versions existed. */
export function atVersion(precondition: Precondition | undefined): object[] {
  const { versions, notVersions, absent } = precondition ?? {};
  const withUnset = (list: number[]) => (list.includes(0) ? [...list, null] : list);
  return [
    ...(versions ? [{ version: { $in: withUnset(versions) } }] : []),
    ...(notVersions ? [{ version: { $nin: withUnset(notVersions) } }] : []),
    // No existing document fulfils it.
    ...(absent ? [{ version: { $in: [] } }] : []),
  ];
}
