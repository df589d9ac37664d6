import { randomBytes } from 'node:crypto';
import mongoose from 'mongoose';
import { createApp } from '../../src/http/server/app';
import { composeApi } from '../../src/compose/api';
import { composeWorker } from '../../src/compose/worker';
import { readConfig } from '../../src/config';
import { createAppServer } from '../../src/http/server/app-server';
import { createDoor } from '../../src/door/create-door';
import { createLogger } from '../../src/process/logger';
import { apiDocument } from '../../contract/document';
import { buildApiStatus } from './api-status';
import { createContractCheck } from './contract';
import { mongoUrl, serverUrl } from './servers';
import { watchAnswers } from './watch-answers';

type Variables = Record<string, string>;

/** A unique name for the database, the keys and the queues of a test file. */
export const newNamespace = () => `test-${process.pid}-${randomBytes(4).toString('hex')}`;

const SECRET = randomBytes(32).toString('base64url');

export function testConfig(namespace: string, variables: Variables = {}) {
  return readConfig({
    NODE_ENV: 'test',
    TASKFLEET_HOST: 'test-host',
    MONGO_URL: mongoUrl(namespace),
    REDIS_URL: serverUrl('REDIS_URL'),
    AMQP_URL: serverUrl('AMQP_URL'),
    KEY_PREFIX: namespace,
    JWT_SECRET: SECRET,
    // The lowest cost: no test needs slow hashes.
    BCRYPT_COST: '4',
    HASH_THREADS: '1',
    // All tests of a file are one client; tests of the limits turn them on.
    RATE_LIMIT_EXEMPT_LOOPBACK: 'true',
    ...variables,
  });
}

/** What tests/unit/door checks; a composed API has nothing to drain. */
const doorControl = {
  'GET /status': () => buildApiStatus(),
  'POST /drain': async () => {},
  'POST /resume': async () => {},
  'POST /log-level': ({ level }: { level: string }) => ({ logLevel: level }),
};

export type TestApi = Awaited<ReturnType<typeof startApi>>;

const check = createContractCheck(apiDocument);

/** Starts an API worker on real servers. `close` throws if an answer did not match the OpenAPI document. */
export async function startApi(namespace: string, variables: Variables = {}) {
  const config = testConfig(namespace, variables);
  const logger = createLogger(process.env.TEST_LOG ?? 'silent', 'test');
  const composed = await composeApi(config, logger);
  const faults: string[] = [];
  const { server, serve, listenOn } = createAppServer(config);
  server.on('request', (incoming, response) =>
    watchAnswers(incoming, response, (answer) => {
      const fault = check(answer);
      if (fault) faults.push(fault);
    }),
  );
  serve(createApp(composed.app));
  await listenOn(0, '127.0.0.1');
  const { health, metrics } = composed;
  const { runDir, fullWorkerName: worker } = config;
  const door = createDoor({ control: doorControl, health, metrics, runDir, worker, logger });
  return {
    namespace,
    server,
    /** Server of the internal port; `request(api.door)` listens. */
    door,
    auth: composed.auth,
    health: composed.health,
    live: composed.live,
    publish: composed.publish,
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await composed.close();
      if (faults.length > 0)
        throw new Error(`Answers that the document does not know:\n${faults.join('\n')}`);
    },
  };
}

export async function startWorker(namespace: string, variables: Variables = {}) {
  const config = testConfig(namespace, variables);
  const worker = await composeWorker(config, createLogger(process.env.TEST_LOG ?? 'silent', 'test-worker'));
  await worker.start();
  return worker;
}

/** Drops a database, without the API's time limits: a large one takes longer. */
export async function dropDatabase(namespace: string): Promise<void> {
  const connection = await mongoose.createConnection(mongoUrl(namespace)).asPromise();
  await connection.dropDatabase();
  await connection.close();
}
