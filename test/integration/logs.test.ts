import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import mongoose from 'mongoose';
import { workerVariables } from '../../src/config/app-environment';
import { dropDatabase, newNamespace } from '../support/api';
import { newPerson } from '../support/factories';
import { freePort } from '../support/free-port';
import { newPicture } from '../support/pictures';
import { runCommand, startProcess } from '../support/real-process';
import { mongoUrl, serverUrl } from '../support/servers';
import { eventually } from '../support/wait';

type Process = Awaited<ReturnType<typeof startProcess>>;
interface Line {
  level: number;
  name: string;
  msg: string;
  user?: string;
  route?: string;
  req?: { id: string; url?: string };
  spent?: Record<string, number>;
  requestId?: string;
}

const namespace = newNamespace();
const folder = mkdtempSync(path.join(tmpdir(), 'taskfleet-logs-'));
/** Secrets that must never be logged; requests below contain each. */
const secrets: string[] = [];
const secret = (what: string) => {
  const text = `${what}-${randomBytes(6).toString('hex')}`;
  secrets.push(text);
  return text;
};
const person = newPerson({ password: secret('password'), name: secret('name') });
// Not secret, but part of bodies, which must not be logged.
secrets.push(person.email, person.username);
let env: Record<string, string>;
let url: string;
let api: Process;
let worker: Process;
let token: string;
let userId: string;

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  env = {
    MONGO_URL: mongoUrl(namespace),
    REDIS_URL: serverUrl('REDIS_URL'),
    AMQP_URL: serverUrl('AMQP_URL'),
    KEY_PREFIX: namespace,
    BASE_PORT: String(port),
    JWT_SECRET: secret('signing-key-that-is-long-enough'),
    RUN_DIR: folder,
    BCRYPT_COST: '8',
    HASH_THREADS: '1',
    HASH_QUEUE_LIMIT: '2',
    DRAIN_MS: '0',
    RATE_LIMIT: '0',
    LOGIN_ATTEMPTS: '100',
    TASKFLEET_HOST: 'test-host',
    LOG_LEVEL: 'warn',
    SLOW_REQUEST_MS: '5',
  };
  [api, worker] = await Promise.all([startProcess('api', env), startProcess('worker', workerVariables(env))]);
});

afterAll(async () => {
  await Promise.all([api?.stop(), worker?.stop()]);
  await dropDatabase(namespace);
  rmSync(folder, { recursive: true });
});

const lines = ({ printed }: Process): Line[] =>
  printed.stdout
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text) as Line);
const seen = (process: Process, isIt: (line: Line) => boolean) => eventually(() => lines(process).find(isIt));

async function send(
  method: string,
  route: string,
  body?: string | Uint8Array | object,
  headers: Record<string, string> = {},
) {
  const isJson = body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array);
  const response = await fetch(`${url}${route}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: isJson ? JSON.stringify(body) : (body as never),
  });
  const text = await response.text();
  const isAnswer = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    id: response.headers.get('x-request-id')!,
    body: (isAnswer ? JSON.parse(text) : text) as { [name: string]: string } & { user: { _id: string } },
  };
}
const logIn = (password: string) => send('POST', '/users/login', { email: person.email, password });
const bearer = () => ({ authorization: `Bearer ${token}` });

describe('the log', () => {
  it('changes the level of each process at run time, and refuses an unknown level', async () => {
    const wrong = await runCommand('log-level', ['loud'], env);
    expect(wrong).toMatchObject({ status: 2, stdout: '' });
    expect(wrong.stderr).toMatch(/^Unexpected argument 'loud': it must be one of fatal, .*\n/);
    expect((await runCommand('log-level', ['trace'], env)).stdout).toBe(
      'api-0: warn → trace\nworker-0: warn → trace\n',
    );
    expect(await runCommand('log-level', [], env)).toMatchObject({
      status: 0,
      stdout: 'api-0: trace\nworker-0: trace\n',
    });
    const nowhere = await runCommand('log-level', ['info'], { ...env, RUN_DIR: path.join(folder, 'none') });
    expect(nowhere).toMatchObject({ status: 1, stdout: '' });
  });

  it('names the user of a request, and the parts of the time of a slow one', async () => {
    const joined = await send('POST', '/users/signup', person);
    expect(joined.status).toBe(201);
    userId = joined.body.user._id;
    const { body, id } = await logIn(person.password);
    token = body.token!;
    secrets.push(token, joined.body.token!);
    const slow = await seen(api, ({ req, spent }) => spent !== undefined && req?.id === id);
    expect(slow).toMatchObject({
      level: 40,
      name: 'api-0',
      worker: 'test-host/api-0',
      msg: 'slow request',
      route: '/users/login',
    });
    expect(slow.spent!.hash).toBeGreaterThan(0);
    expect(Object.keys(slow.spent!)).toEqual(['body', 'hashWait', 'hash', 'mongo', 'redis', 'other']);

    const refused = await send('GET', '/users', undefined, bearer());
    expect(refused.status).toBe(403);
    const line = await seen(api, ({ req, msg }) => req?.id === refused.id && msg === 'request completed');
    expect(line).toMatchObject({ user: userId, name: 'api-0' });
  });

  it('never contains a password, a token, a cookie or a body, whatever goes wrong', async () => {
    const { status } = await logIn(secret('wrong-password'));
    expect(status).toBe(401);
    expect((await send('POST', '/users/signup', person)).status).toBe(409);
    for (const body of [
      `{"email":"a","password":"${secret('cut-off')}"`,
      { email: 'a', password: { is: secret('no-string') }, [secret('unknown-field')]: 1 },
      `"${secret('text')}"`,
      { ...person, password: secret('too-long').repeat(100), token: secret('sent-token') },
      `{"password":"${secret('huge')}${'x'.repeat(200_000)}"}`,
    ])
      expect((await send('POST', '/users/signup', body)).status).toBeGreaterThanOrEqual(400);

    const strange = {
      authorization: `Bearer ${secret('no-token')}`,
      cookie: `session=${secret('cookie')}`,
      'proxy-authorization': secret('proxy'),
    };
    expect((await send('GET', '/tasks', undefined, strange)).status).toBe(401);
    const inAddress = `/tasks?limit=1&access_token=${secret('address-token')}&password=${secret('address')}`;
    expect((await send('GET', inAddress, undefined, { ...bearer(), cookie: secret('cookie') })).status).toBe(
      400,
    );

    const png = { ...bearer(), 'content-type': 'image/png' };
    const picture = await newPicture('png', 600, 600);
    const damaged = Buffer.concat([picture.subarray(0, 1_000), Buffer.from(secret('picture'))]);
    for (const body of [Buffer.from(secret('no-picture')), damaged, picture]) {
      const put = await send('PUT', `/users/${userId}/avatar`, body, png);
      if (put.status === 202)
        await seen(worker, ({ requestId, msg }) => requestId === put.id && /failed|Job done/.test(msg));
    }

    // More than may wait, so that some get 503.
    const many = await Promise.all(
      Array.from({ length: 8 }, () =>
        send('POST', '/users/signup', newPerson({ password: secret('many'), name: secret('name') })),
      ),
    );
    expect(many.map((one) => one.status)).toContain(503);
    secrets.push(...many.flatMap(({ body }) => (body.token ? [body.token] : [])));
    // bcrypt cannot read it: 500.
    const broken = secret('hash').padEnd(60, 'x');
    const connection = await mongoose.createConnection(env.MONGO_URL!).asPromise();
    await connection
      .collection('users')
      .updateOne({ email: person.email }, { $set: { passwordHash: broken } });
    await connection.close();
    const failed = await logIn(person.password);
    expect(failed.status).toBe(500);
    await seen(api, ({ req, level }) => req?.id === failed.id && level === 50);

    await Promise.all([api.stop(), worker.stop()]);
    for (const { printed } of [api, worker]) {
      const all = printed.stdout + printed.stderr;
      expect(secrets.filter((one) => all.includes(one) || all.includes(encodeURIComponent(one)))).toEqual([]);
      expect(all).not.toMatch(/Bearer|\$2[aby]\$|eyJ/);
      expect(printed.stderr).toBe('');
    }
    expect(lines(api).length).toBeGreaterThan(20);
    expect(lines(worker).length).toBeGreaterThan(3);
  });
});
