import { ORIGIN, send, startCluster, type Cluster } from '../support/cluster';
import type { Account } from '../support/factories';

let cluster: Cluster;
let admin: Account;

beforeAll(async () => {
  cluster = await startCluster();
  admin = await cluster.buildAdmin();
}, 120_000);

const call = (method: string, route: string, body: unknown, headers: Record<string, string>) =>
  fetch(`${cluster.url}${route}`, {
    method,
    headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json', ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });

/** Long enough for NGINX to compress it. */
const description = 'Both sides, and twice. '.repeat(100);

it('lets one of 20 parallel changes through, also with the tag that gzip weakened', async () => {
  const { body } = await send(cluster.url, 'POST', '/tasks', { title: 'T', description }, admin.token);
  const route = `/tasks/${(body as { _id: string })._id}`;
  for (const coding of ['identity', 'gzip']) {
    const read = await call('GET', route, undefined, { 'accept-encoding': coding });
    const tag = read.headers.get('etag')!;
    expect(read.headers.get('content-encoding')).toBe(coding === 'gzip' ? 'gzip' : null);
    expect(tag.startsWith('W/')).toBe(coding === 'gzip');
    await read.text();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        call('PATCH', route, { title: `${coding} ${index}` }, { 'if-match': tag, 'accept-encoding': coding }),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array<number>(19).fill(412)]);
    const workers = new Set(answers.map(({ headers }) => headers.get('x-worker')));
    expect(workers.size).toBe(2);
    const stale = await call('GET', route, undefined, { 'if-none-match': tag, 'accept-encoding': coding });
    expect(stale.status).toBe(200);
    const present = stale.headers.get('etag')!;
    const same = await call('GET', route, undefined, { 'if-none-match': present, 'accept-encoding': coding });
    expect(same.status).toBe(304);
  }
});

it('gives a 304 the tag, Vary and Cache-Control of the 200 to the same request', async () => {
  const { body } = await send(cluster.url, 'POST', '/tasks', { title: 'T', description }, admin.token);
  const { body: other } = await send(cluster.url, 'POST', '/tasks', { title: 'Short' }, admin.token);
  const idOf = (task: unknown) => (task as { _id: string })._id;
  const routes = [
    `/tasks/${idOf(body)}`,
    `/tasks/${idOf(other)}`,
    '/tasks?limit=2',
    '/users?fields=name&limit=1',
  ];
  for (const route of [...routes, '/openapi.json', '/docs/', '/docs/swagger-ui.css', '/ops/ops.js']) {
    for (const coding of ['identity', 'gzip', 'gzip;q=0', 'br, gzip;q=0.5', '*']) {
      for (const method of ['GET', 'HEAD']) {
        const ask = async (conditions: Record<string, string>) => {
          const answer = await call(method, route, undefined, { 'accept-encoding': coding, ...conditions });
          await answer.arrayBuffer();
          const { status, headers } = answer;
          const shown = ['etag', 'vary', 'cache-control', 'access-control-allow-origin'];
          return { status, headers: shown.map((name) => [name, headers.get(name)]) };
        };
        const whole = await ask({ origin: ORIGIN });
        expect(whole.status).toBe(200);
        const tag = whole.headers[0]![1]!;
        expect(whole.headers[1]![1]).toBe('Accept-Encoding, Origin');
        for (const known of [tag, tag.replace('W/', ''), `W/${tag.replace('W/', '')}`]) {
          const same = await ask({ origin: ORIGIN, 'if-none-match': known });
          expect({ route, coding, ...same }).toEqual({ route, coding, ...whole, status: 304 });
          expect((await ask({ 'if-match': known })).status).toBe(200);
        }
        expect((await ask({ 'if-match': '"other"' })).status).toBe(412);
      }
    }
  }
}, 60_000);

it('makes one task of 50 parallel sends with one key', async () => {
  const key = { 'idempotency-key': `"${crypto.randomUUID()}"` };
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => call('POST', '/tasks', { title: 'Once' }, key)),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(201));
  const texts = await Promise.all(answers.map((answer) => answer.text()));
  expect(new Set(texts).size).toBe(1);
  expect(new Set(answers.map(({ headers }) => headers.get('x-worker'))).size).toBe(2);
});
