import { randomBytes } from 'node:crypto';
import request, { type Test } from 'supertest';
import type { TestApi } from './api';
import { eventually } from './wait';

export interface Person {
  id: string;
  token: string;
  email: string;
  username: string;
  password: string;
}

/** A user of one API worker, and its requests to that worker: `admin.get('/tasks')`. */
export type Account = Person & ReturnType<typeof as>;

export const newPerson = (overrides: Record<string, unknown> = {}) => {
  const username = `u${randomBytes(6).toString('hex')}`;
  const person = { name: 'Ada Test', email: `${username}@example.com`, username, password: 'correct horse' };
  return { ...person, ...overrides };
};

export async function buildMember(api: TestApi): Promise<Account> {
  const person = newPerson();
  const { body } = await request(api.server).post('/users/signup').send(person).expect(201);
  return { ...person, id: body.user._id, token: body.token, ...as(api, body) };
}

/** Creates an Admin past the API, which has no route for it. */
export async function buildAdmin(api: TestApi): Promise<Account> {
  const person = newPerson();
  const user = await api.auth.createAdmin(person);
  const { body } = await logIn(api, person).expect(200);
  return { ...person, id: String(user._id), token: body.token, ...as(api, body) };
}

/** Sends a log-in to one worker. @param email e-mail address or user name */
export const logIn = (
  { server }: Pick<TestApi, 'server'>,
  { email, password }: Pick<Person, 'email' | 'password'>,
) => request(server).post('/users/login').send({ email, password });

export const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

/** Makes a token for a script of this account. */
export async function buildScriptToken(account: Account, fields: object = {}) {
  const body = { name: 'A script', access: 'write', expiresAt: inDays(30), ...fields };
  const answer = await account.post(`/users/${account.id}/tokens`, body).expect(201);
  return answer.body as { _id: string; token: string; lastFour: string };
}

/** Waits until each of the workers refuses the token, as they promise to within a second. */
export async function expectRefused(apis: TestApi[], by: Pick<Person, 'token'>): Promise<void> {
  for (const api of apis) await eventually(async () => (await as(api, by).get('/tasks')).status === 401);
}

/** Requests of one account to one worker: `as(api, admin).get('/tasks')`. */
export function as({ server }: Pick<TestApi, 'server'>, { token }: Pick<Person, 'token'>) {
  const send = (test: Test) => test.set('Authorization', `Bearer ${token}`);
  return {
    get: (path: string) => send(request(server).get(path)),
    post: (path: string, body?: object) => send(request(server).post(path)).send(body),
    put: (path: string, body?: object) => send(request(server).put(path)).send(body),
    patch: (path: string, body?: object) =>
      send(request(server).patch(path).type('application/merge-patch+json')).send(body),
    delete: (path: string, body?: object) => send(request(server).delete(path)).send(body),
  };
}

/** Body with which users prove that they know their password. */
export const knows = ({ password: currentPassword }: Pick<Person, 'password'>) => ({ currentPassword });

/**
 * Reads through the cache. On a busy machine an API worker that missed its check of the notices for a second bypasses
 * the cache until the next check: then this asks again.
 */
export const cachedRead = (api: TestApi, by: Account, path: string) =>
  eventually(async () => {
    const answer = await as(api, by).get(path).expect(200);
    return answer.headers['x-cache'] === 'BYPASS' ? undefined : answer;
  });

/** Waits until the job at this path has ended, and returns it. */
export const endedJob = (api: TestApi, by: Account, path: string) =>
  eventually(async () => {
    const { body } = await as(api, by).get(path).expect(200);
    return body.finishedAt && body;
  });

export async function buildTask(api: TestApi, admin: Account, fields: Record<string, unknown> = {}) {
  const { body } = await as(api, admin)
    .post('/tasks', { title: 'A task', ...fields })
    .expect(201);
  return body as { _id: string; title: string; status: string; assignedTo: { _id: string } | null };
}
