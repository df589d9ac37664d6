import mongoose from 'mongoose';
import { CONSISTENCY, consistentUrl, whyUnsuited } from './consistency';
import { ENDING_CONNECTIONS } from './ending-connection';
import { roomOf, type Mongo } from './mongo';

export type MongoFacts = Awaited<ReturnType<typeof inspectMongo>>;
type Connection = Mongo['connection'];

/** Opens a connection for inspection: it gives up after `limitMs` and creates no collection or index. */
export async function openMongo(url: string, limitMs: number): Promise<Connection> {
  const connection = mongoose.createConnection(consistentUrl(url).url, {
    ...CONSISTENCY,
    ...ENDING_CONNECTIONS,
    serverSelectionTimeoutMS: limitMs,
    connectTimeoutMS: limitMs,
    socketTimeoutMS: limitMs,
    bufferCommands: false,
    autoIndex: false,
    autoCreate: false,
    maxPoolSize: 5,
  });
  connection.on('error', () => {});
  try {
    return await connection.asPromise();
  } catch (error) {
    void connection.close(true).catch(() => {});
    throw error;
  }
}

export async function inspectMongo(connection: Connection) {
  const admin = connection.db!.admin();
  const { version, secantusVersion } = await admin.command({ buildInfo: 1 });
  const asked = performance.now();
  const hello = await admin.command({ hello: 1 });
  const latencyMs = performance.now() - asked;
  const isReplicaSet = Boolean(hello.setName) || hello.msg === 'isdbgrid';
  const isDirect = connection.getClient().options.directConnection;
  const isWritable = hello.isWritablePrimary === true;
  // The server reads its clock about half-way.
  const skewMs = (hello.localTime as Date).getTime() - (Date.now() - latencyMs / 2);
  const room = await roomOf(connection);
  return {
    version: String(version),
    /** Unset for MongoDB itself. For another product `version` is the MongoDB version that it emulates. */
    product: secantusVersion === undefined ? undefined : `SecantusDB ${String(secantusVersion)}`,
    latencyMs,
    isReplicaSet,
    /** Why every process refuses this address; `undefined` if it suits. */
    unsuited: whyUnsuited(hello, isDirect),
    isWritable,
    skewMs,
    /** Bytes on the server's disk; `undefined` if it reports none. */
    room,
  };
}

/** Compares the indexes of the models registered on this connection with the database. */
export async function compareIndexes(
  connection: Connection,
): Promise<{ missing: string[]; extra: string[] }> {
  const models = Object.values(connection.models);
  const differences = await Promise.all(
    models.map(async (model) => {
      const { toCreate, toDrop } = await model.diffIndexes();
      const name = model.collection.collectionName;
      return {
        missing: (toCreate as unknown as object[]).map((key) => `${name} ${JSON.stringify(key)}`),
        extra: toDrop.map((key) => `${name} ${key}`),
      };
    }),
  );
  return {
    missing: differences.flatMap(({ missing }) => missing),
    extra: differences.flatMap(({ extra }) => extra),
  };
}
