import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeAdmin, type Client } from '../../../tools/kit/people';
import { openConnections, type Answer, type Connections } from '../../../tools/load/connections';
import { dropDatabase, newNamespace } from '../../support/api';
import { freePort } from '../../support/free-port';
import { startAlone } from '../../support/real-process';
import { mongoUrl, serverUrl } from '../../support/servers';
import { eventually } from '../../support/wait';

const namespace = newNamespace();
const folder = mkdtempSync(path.join(tmpdir(), 'taskfleet-alone-'));
const CLIENTS = 8;
/** How long an engine may go on sending to an address that is not ready. */
const TAKE_OUT_MS = 3_000;

/** What a container sets: one process, no PM2, no NGINX. */
const common = {
  MONGO_URL: mongoUrl(namespace),
  REDIS_URL: serverUrl('REDIS_URL'),
  KEY_PREFIX: namespace,
  BCRYPT_COST: '4',
  RATE_LIMIT: '0',
  SIGNUP_LIMIT: '0',
};
const api = { ...common, JWT_SECRET: 'a key of thirty-two bytes or more' };
const job = { ...common, AMQP_URL: serverUrl('AMQP_URL') };

async function startApi(number: number) {
  const port = await freePort();
  const variables = { BASE_PORT: String(port), DRAIN_MS: '5000', RUN_DIR: path.join(folder, String(number)) };
  const started = startAlone('api', { ...api, ...variables });
  const url = `http://127.0.0.1:${port}`;
  await eventually(() => isReady(url));
  return { ...started, url };
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).then(
    ({ status }) => status === 200,
    () => false,
  );

afterAll(async () => {
  await dropDatabase(namespace);
  rmSync(folder, { recursive: true });
});

/** Sends requests in turn to the addresses in `list`, as a balancer does that keeps its connections. */
function startLoad(list: { url: string }[], { headers }: Client) {
  const pools = new Map<string, Connections>();
  const answers: (Answer & { url: string })[] = [];
  let sent = 0;
  let isOver = false;
  const poolOf = (url: string) =>
    pools.get(url) ?? pools.set(url, openConnections({ url, connections: CLIENTS })).get(url)!;
  const write = { method: 'POST', path: '/tasks', body: JSON.stringify({ title: 'Under load' }) } as const;
  const read = { method: 'GET', path: '/users/me' } as const;
  const sendOne = () =>
    new Promise<void>((resolve) => {
      sent += 1;
      const { url } = list[sent % list.length]!;
      const request = sent % 3 === 0 ? write : read;
      const all = { ...headers, 'content-type': 'application/json' };
      poolOf(url).send({ ...request, headers: all }, (answer) => {
        answers.push({ ...answer, url });
        resolve();
      });
    });
  const clients = Array.from({ length: CLIENTS }, async () => {
    for (; !isOver; await sleep(5)) await sendOne();
  });
  return {
    answers,
    async end(): Promise<void> {
      isOver = true;
      await Promise.all(clients);
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

describe('an API worker without PM2', () => {
  it('is taken out without a failed request by a balancer that needs 3 s after the first 503', async () => {
    const workers = [await startApi(0), await startApi(1)];
    const [leaving, staying] = workers as [(typeof workers)[0], (typeof workers)[0]];
    const list = [...workers];
    const load = startLoad(list, await makeAdmin(staying.url, folder, api));
    await eventually(() => load.answers.length > 100);

    leaving.child.kill('SIGTERM');
    await eventually(async () => !(await isReady(leaving.url)));
    const before = load.answers.length;
    // A second signal, as of an impatient operator, changes nothing.
    leaving.child.kill('SIGTERM');
    await sleep(TAKE_OUT_MS);
    const whileNotReady = load.answers.slice(before).filter(({ url }) => url === leaving.url);
    list.splice(list.indexOf(leaving), 1);
    const [status] = await leaving.ended;
    await load.end();
    staying.child.kill('SIGINT');

    expect(load.answers.filter(({ status: answered }) => ![200, 201].includes(answered))).toEqual([]);
    expect(whileNotReady.length).toBeGreaterThan(10);
    expect([status, (await staying.ended)[0]]).toEqual([0, 0]);
    expect(leaving.printed.stdout).toMatch(/"cores":\d+,"coresFrom":"(quota|machine)".*"Serving"/);
  });

  it('is not resumed while it stops, since it would end under new requests', async () => {
    const { child, ended, url } = await startApi(2);
    child.kill('SIGTERM');
    await eventually(async () => !(await isReady(url)));
    const door = new URL(url);
    door.port = String(Number(door.port) + 1_000);
    const { status } = await fetch(new URL('/resume', door), { method: 'POST' });
    expect([status, await isReady(url)]).toEqual([409, false]);
    expect((await ended)[0]).toBe(0);
  });

  it('says why it cannot start, and ends with a status other than 0', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const RUN_DIR = path.join(folder, 'refused');
    const cases: [Record<string, string>, RegExp][] = [
      [{ ...api, MONGO_URL: '' }, /MONGO_URL is not set/],
      [{ ...api, MONGO_URL: `mongodb://127.0.0.1:${await freePort()}/x` }, /MongoDB.*127\.0\.0\.1/],
      [{ ...api, RUN_DIR, BASE_PORT: String(port) }, /EADDRINUSE.*127\.0\.0\.1/],
      [{ ...api, DRAIN_MS: '60001' }, /DRAIN_MS is "60001"; it can be a whole number from 0 to 60000/],
    ];
    const outcomes = cases.map(async ([env, reason]) => {
      const { printed, ended } = startAlone('api', env);
      const [status] = await ended;
      expect(printed.stderr).toMatch(reason);
      expect(status).toBe(1);
    });
    await Promise.all(outcomes);
    taken.close();
  });
});

describe('a job worker without PM2', () => {
  it('ends at SIGTERM', async () => {
    const { child, ended, printed } = startAlone('worker', { ...job, RUN_DIR: path.join(folder, 'job') });
    await eventually(() => printed.stdout.includes('Waiting for jobs'));
    child.kill('SIGTERM');
    expect((await ended)[0]).toBe(0);
  });

  it('says why it cannot start, and ends with a status other than 0', async () => {
    const { printed, ended } = startAlone('worker', { ...job, AMQP_URL: '' });
    expect((await ended)[0]).toBe(1);
    expect(printed.stderr).toMatch('AMQP_URL is required');
  });
});
