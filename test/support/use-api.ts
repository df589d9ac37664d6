import { connectMongo } from '../../src/infra/mongo/mongo';
import { dropDatabase, newNamespace, startApi, startWorker, type TestApi } from './api';
import { connectCache } from './cache';
import { buildAdmin, buildMember } from './factories';
import { startRedis } from './redis-server';
import { mongoUrl } from './servers';
import { startTcpProxy } from './tcp-proxy';
import { late, use } from './use';

/** Starts a Redis for this file alone. */
export const useRedis = () => use(startRedis, (redis) => redis.remove());

/** Connects the response cache of one API worker to this Redis. */
export const useCache = (redis: { url: string }) =>
  use(
    () => connectCache(redis.url),
    (cache) => cache.close(),
  );

/** Starts a link to the server at this URL or port that the test can break. */
export const useTcpProxy = (server: string | { port: number }) =>
  use(
    () => startTcpProxy(Number((typeof server === 'string' ? new URL(server) : server).port)),
    (proxy) => proxy.close(),
  );

/** Connects to the database of `api`, or to one of this file's own, which is dropped at the end. */
export const useMongo = (api?: { namespace: string }) =>
  use(
    async () => {
      const namespace = api?.namespace ?? newNamespace();
      return { ...(await connectMongo(mongoUrl(namespace))), namespace };
    },
    async ({ close, namespace }) => {
      await close();
      if (!api) await dropDatabase(namespace);
    },
  );

type Variables = Record<string, string>;
/** Variables, or a function that returns them for a database once the earlier hooks have run. */
type GivenVariables = Variables | ((database: string) => Variables);
const valueOf = (given: GivenVariables, database: string) =>
  typeof given === 'function' ? given(database) : given;

/** Starts the API workers 0 and 1 on a database of their own, which is dropped at the end. */
export function useApis(variables: GivenVariables = {}): [TestApi, TestApi] {
  const namespace = newNamespace();
  const started = use(
    async () => {
      const given = valueOf(variables, namespace);
      const [one, other] = await Promise.all([
        startApi(namespace, given),
        startApi(namespace, { ...given, NODE_APP_INSTANCE: '1' }),
      ]);
      return { one, other };
    },
    async ({ one, other }) => {
      await Promise.all([one.close(), other.close()]);
      await dropDatabase(namespace);
    },
  );
  return [late(() => started.one, { namespace }), late(() => started.other, { namespace })];
}

/** Starts an API worker on a database of its own, which is dropped at the end. */
export function useApi(variables: GivenVariables = {}, namespace = newNamespace()): TestApi {
  const started = use(
    () => startApi(namespace, valueOf(variables, namespace)),
    async (api) => {
      await api.close();
      await dropDatabase(namespace);
    },
  );
  return late(() => started, { namespace });
}

/** Starts a job worker beside an API worker. */
export const useJobWorker = (api: TestApi, variables: GivenVariables = {}) =>
  use(
    () => startWorker(api.namespace, valueOf(variables, api.namespace)),
    (worker) => worker.close(1_000),
  );

/** Creates an Admin for all tests of this file or `describe`. */
export const useAdmin = (api: TestApi) => use(() => buildAdmin(api));

/** Creates a member for all tests of this file or `describe`. */
export const useMember = (api: TestApi) => use(() => buildMember(api));
