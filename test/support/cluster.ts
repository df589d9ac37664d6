import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { createStack } from '../../ops/stack/stack';
import type { AppProcess } from '../../ops/stack/types';
import { composeApi } from '../../src/compose/api';
import { readConfig } from '../../src/config';
import { ConflictError } from '../../src/problems/errors';
import { createLogger } from '../../src/process/logger';
import { newPerson, type Person } from './factories';
import { use } from './use';
import { eventually } from './wait';

/** The origin whose pages may use the API of the cluster. */
export const ORIGIN = 'https://app.example.com';

/** Name of the host in the names of the cluster's processes. */
export const HOST_NAME = 'test-host';

const root = path.join(__dirname, '..', '..');

export type Cluster = Awaited<ReturnType<typeof startCluster>>;

/**
 * Starts two API workers and a job worker under PM2 behind NGINX; `npm test` stops them at its end.
 *
 * @param own a stack in another clone or folder, which the caller stops; it uses the servers of the tests, except
 *   those that `servers` names
 */
export async function startCluster(own?: {
  root?: string;
  dir: string;
  servers?: ('mongo' | 'rabbit')[];
  logLevel?: string;
}) {
  const dir = process.env.TEST_STACK_DIR;
  if (!dir) throw new Error('TEST_STACK_DIR is not set: run `npm test -- PATH`, which starts the servers.');
  const { MONGO_URL: mongo, REDIS_URL: redis, AMQP_URL: rabbit } = process.env;
  const stack = createStack({
    root: own?.root ?? root,
    dir: own?.dir ?? dir,
    basePorts: own ? { nginx: 3350, api: 4351 } : { nginx: 3300, api: 4301 },
    urls: own
      ? {
          redis,
          ...(!own.servers?.includes('mongo') && { mongo }),
          ...(!own.servers?.includes('rabbit') && { rabbit }),
        }
      : {},
  });
  await stack.startServers({
    only: ['mongo', 'redis', 'rabbit', 'nginx'],
    apiWorkers: 2,
    balancing: 'round-robin',
  });
  await stack.startApps({
    apiWorkers: 2,
    env: {
      TASKFLEET_HOST: HOST_NAME,
      BCRYPT_COST: '8',
      HASH_THREADS: '1',
      LOG_LEVEL: own?.logLevel ?? 'warn',
      CACHE_TTL_SECONDS: '2',
      CORS_ORIGINS: ORIGIN,
    },
  });
  const { url, env } = stack.info();

  /** Creates an Admin as the command line does: the API has no route for it. */
  async function createAdmin(person: ReturnType<typeof newPerson>): Promise<void> {
    const api = await composeApi(readConfig(env), createLogger('silent', 'test'));
    try {
      await api.auth.createAdmin(person);
    } finally {
      await api.close();
    }
  }
  async function logIn({ email, password }: Pick<Person, 'email' | 'password'>) {
    const { body } = await send(url!, 'POST', '/users/login', { email, password });
    return body as { token: string; user: { _id: string } };
  }

  return {
    stack,
    url: url!,
    async buildAdmin(): Promise<Person> {
      const person = newPerson();
      await createAdmin(person);
      const { token, user } = await logIn(person);
      return { ...person, id: user._id, token };
    },
    /** Creates this Admin unless an earlier run did. */
    async ensureAdmin(person: Pick<Person, 'email' | 'username' | 'password'>): Promise<void> {
      await createAdmin(newPerson(person)).catch((error: Error) => {
        if (!(error instanceof ConflictError)) throw error;
      });
    },
    /** Removes the users with this user name or e-mail address, in any letter case. */
    async removeUser(admin: Pick<Person, 'email' | 'password'>, username: string, email: string) {
      const { token } = await logIn(admin);
      for (const route of [`/users?q=${username}`, `/users?q=${email}`]) {
        const { body } = await send(
          url!,
          'GET',
          `${route}&limit=100&fields=username,email`,
          undefined,
          token,
        );
        for (const user of body as { _id: string; username: string; email: string }[]) {
          const names = [user.username.toLowerCase(), user.email.toLowerCase()];
          if (!names.includes(username) && !names.includes(email)) continue;
          await send(url!, 'DELETE', `/users/${user._id}`, undefined, token);
        }
      }
    },
    async signUp(): Promise<Person> {
      const person = newPerson();
      // A busy stack refuses a sign-up and asks for another try.
      const body = await eventually(async () => {
        const answer = await send(url!, 'POST', '/users/signup', person);
        return answer.status !== 503 && answer.body;
      });
      const { token, user } = body as { token: string; user: { _id: string } };
      return { ...person, id: user._id, token };
    },
    apiWorkers: async (): Promise<AppProcess[]> =>
      (await stack.apps()).filter(({ name, status }) => name === 'taskfleet-api' && status === 'online'),
    jobWorker: async (): Promise<AppProcess> =>
      (await stack.apps()).find(({ name }) => name === 'taskfleet-worker')!,
  };
}

/** Starts the cluster for the tests of this file. */
export const useCluster = (): Cluster => use(() => startCluster(), undefined, 120_000);

/** Requests of one account to the cluster: `by(cluster, admin).get('/tasks')`. */
export const by = (cluster: Cluster, account?: Pick<Person, 'token'>) => {
  const method = (name: string) => (route: string, body?: unknown) =>
    send(cluster.url, name, route, body, account?.token);
  return {
    // Takes a path alone, so that `paths.map(get)` sends no index as a body.
    get: (route: string) => method('GET')(route),
    post: method('POST'),
    put: method('PUT'),
    delete: (route: string) => method('DELETE')(route),
  };
};

/** Creates a task. @returns its path */
export async function newTask(cluster: Cluster, admin: Person, title = newTitle()): Promise<string> {
  const { body } = await by(cluster, admin).post('/tasks', { title });
  return `/tasks/${(body as { _id: string })._id}`;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

export async function send(
  url: string,
  method: string,
  route: string,
  body?: unknown,
  token?: string,
): Promise<Answer> {
  const raw = body instanceof Uint8Array;
  const response = await fetch(`${url}${route}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': raw ? 'image/png' : 'application/json' }),
    },
    body: body === undefined ? undefined : raw ? (body as never) : JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

interface EndedJob {
  status: string;
  attempts: number;
  error: string | null;
  result: object | null;
}

/** Waits until the job at this path has ended, and returns it. */
export const endedJob = (url: string, { token }: Person, route: string, timeoutMs?: number) =>
  eventually(async () => {
    const { body } = await send(url, 'GET', route, undefined, token);
    return (body as { finishedAt: string | null }).finishedAt ? (body as EndedJob) : undefined;
  }, timeoutMs);

/** Kills one API worker, checks that requests are answered meanwhile, and resolves once another has replaced it. */
export async function killWorker({ url, apiWorkers }: Cluster, { token }: Person): Promise<AppProcess> {
  const [victim] = await apiWorkers();
  process.kill(victim!.pid, 'SIGKILL');
  for (let count = 0; count < 50; count++)
    expect((await send(url, 'GET', '/tasks?limit=1', undefined, token)).status).toBe(200);
  await eventually(async () => {
    const workers = await apiWorkers();
    return workers.length === 2 && workers.every(({ pid }) => pid !== victim!.pid);
  });
  return victim!;
}

export const newTitle = () => `Task ${randomBytes(4).toString('hex')}`;
