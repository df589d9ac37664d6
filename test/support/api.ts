import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { createApp } from '../../src/app';
import { composeApi, composeWorker } from '../../src/compose';
import { readConfig } from '../../src/config';
import { createLogger } from '../../src/logger';
import { connectMongo } from '../../src/infra/mongo';
import { mongoUrl, serverUrl } from './servers';

type Variables = Record<string, string>;

/** A name of its own for the database, the keys and the queues of a test file. */
export const newNamespace = () => `test-${process.pid}-${randomBytes(4).toString('hex')}`;

const SECRET = randomBytes(32).toString('base64url');

export function testConfig(namespace: string, variables: Variables = {}) {
  return readConfig({
    NODE_ENV: 'test',
    MONGO_URL: mongoUrl(namespace),
    REDIS_URL: serverUrl('REDIS_URL'),
    AMQP_URL: serverUrl('AMQP_URL'),
    KEY_PREFIX: namespace,
    JWT_SECRET: SECRET,
    // The lowest cost: these tests aren't about its slowness.
    BCRYPT_COST: '4',
    HASH_THREADS: '1',
    ...variables,
  });
}

export type TestApi = Awaited<ReturnType<typeof startApi>>;

/** An API worker with real servers behind it, every answer checked against its route's declaration. */
export async function startApi(namespace: string, variables: Variables = {}) {
  const config = testConfig(namespace, variables);
  const composed = await composeApi(config, createLogger(process.env.TEST_LOG ?? 'silent', 'test'));
  const server: Server = createServer(createApp({ ...composed.app, checkResponses: true }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    server,
    auth: composed.auth,
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await composed.close();
    },
  };
}

/** A job worker beside it. */
export async function startWorker(namespace: string, variables: Variables = {}) {
  const config = testConfig(namespace, variables);
  const worker = await composeWorker(config, createLogger(process.env.TEST_LOG ?? 'silent', 'test-worker'));
  await worker.start();
  return worker;
}

/** Removes what the file's tests wrote. */
export async function dropDatabase(namespace: string): Promise<void> {
  const mongo = await connectMongo(mongoUrl(namespace));
  await mongo.connection.dropDatabase();
  await mongo.close();
}
