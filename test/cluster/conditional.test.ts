import { endedJob, ORIGIN, send, useCluster, by } from '../support/cluster';
import { use } from '../support/use';
import { animatedWebp, newPicture } from '../support/pictures';
import { eventually } from '../support/wait';

const cluster = useCluster();
const admin = use(() => cluster.buildAdmin());
const { get, post } = by(cluster, admin);

const call = (method: string, route: string, body: unknown, headers: Record<string, string>) =>
  fetch(`${cluster.url}${route}`, {
    method,
    headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json', ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });

/** Long enough for NGINX to compress it. */
const description = 'Both sides, and twice. '.repeat(100);

describe('the API behind NGINX', () => {
  it('accepts one of 20 parallel changes, also with the tag that gzip weakened', async () => {
    const { body } = await post('/tasks', { title: 'T', description });
    const route = `/tasks/${(body as { _id: string })._id}`;
    for (const coding of ['identity', 'gzip']) {
      const read = await call('GET', route, undefined, { 'accept-encoding': coding });
      const tag = read.headers.get('etag')!;
      expect(read.headers.get('content-encoding')).toBe(coding === 'gzip' ? 'gzip' : null);
      expect(tag.startsWith('W/')).toBe(coding === 'gzip');
      await read.text();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          call(
            'PATCH',
            route,
            { title: `${coding} ${index}` },
            { 'if-match': tag, 'accept-encoding': coding },
          ),
        ),
      );
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([200, ...Array<number>(19).fill(412)]);
      const workers = new Set(answers.map(({ headers }) => headers.get('x-worker')));
      expect(workers.size).toBe(2);
      const stale = await call('GET', route, undefined, { 'if-none-match': tag, 'accept-encoding': coding });
      expect(stale.status).toBe(200);
      const present = stale.headers.get('etag')!;
      const same = await call('GET', route, undefined, {
        'if-none-match': present,
        'accept-encoding': coding,
      });
      expect(same.status).toBe(304);
    }
  });

  it('answers 304 with the tag, Vary and Cache-Control of the 200', async () => {
    const { body } = await post('/tasks', { title: 'T', description });
    const { body: other } = await post('/tasks', { title: 'Short' });
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
  }, 120_000);

  it('creates one task for 50 parallel requests with one key', async () => {
    const key = { 'idempotency-key': `"${crypto.randomUUID()}"` };
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => call('POST', '/tasks', { title: 'Once' }, key)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(201));
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(new Set(texts).size).toBe(1);
    expect(new Set(answers.map(({ headers }) => headers.get('x-worker'))).size).toBe(2);
  });

  it('keeps cached lists when it refuses writes', async () => {
    const [member, stranger] = [await cluster.signUp(), await cluster.signUp()];
    const { body } = await post('/tasks', { title: 'T', assignedTo: member.id });
    const route = `/tasks/${(body as { _id: string })._id}`;
    const wrong = { 'if-match': '"9.abcdefghijklmnop"' };
    const refusals: [number, () => Promise<Response>][] = [
      [404, () => call('PATCH', route, { status: 'Doing' }, { authorization: `Bearer ${stranger.token}` })],
      [
        412,
        () =>
          call('PATCH', route, { status: 'Doing' }, { ...wrong, authorization: `Bearer ${member.token}` }),
      ],
      [412, () => call('PATCH', route, { title: 'x' }, wrong)],
      [409, () => call('PATCH', route, { status: 'Done' }, { authorization: `Bearer ${member.token}` })],
      [412, () => call('PATCH', `/users/${admin.id}`, { name: 'x' }, wrong)],
    ];
    const stateOf = async ({ token }: { token: string }) =>
      (await send(cluster.url, 'GET', '/tasks?limit=7', undefined, token)).headers.get('x-cache');
    for (const [status, refused] of refusals) {
      // An entry lives for 2 s here and may have expired; a refusal that ends it would do so each time.
      await eventually(async () => {
        await Promise.all([admin, member].map(stateOf));
        const warm = await Promise.all([admin, member].map(stateOf));
        expect((await refused()).status).toBe(status);
        const after = await Promise.all([admin, member].map(stateOf));
        return [...warm, ...after].every((state) => state === 'HIT');
      });
    }
  });

  it('refuses cursors that no page returned', async () => {
    for (const title of ['one', 'two']) await post('/tasks', { title });
    const { headers } = await get('/tasks?limit=1');
    const cursor = /cursor=([\w-]+)>; rel="next"/.exec(headers.get('link')!)![1]!;
    const list = (text: string) => get(`/tasks?limit=1&cursor=${text}`);
    expect((await list(cursor)).status).toBe(200);
    for (const text of [cursor.slice(22), cursor.slice(0, -1), `${cursor}A`, `A${cursor}`]) {
      const { status, body } = await list(text);
      expect(status).toBe(400);
      expect((body as { detail: string }).detail).toMatch(/begin without/);
    }
  });

  it.each([
    ['image/jpg', () => newPicture('jpeg')],
    ['IMAGE/JPG; charset=binary', () => newPicture('jpeg')],
    ['image/webp', () => animatedWebp(320, 420)],
  ])('makes an avatar of %s', async (type, make) => {
    const sent = await fetch(`${cluster.url}/users/${admin.id}/avatar`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${admin.token}`, 'content-type': type },
      body: (await make()) as never,
      signal: AbortSignal.timeout(20_000),
    });
    expect(sent.status).toBe(202);
    expect(await endedJob(cluster.url, admin, sent.headers.get('location')!)).toMatchObject({
      status: 'done',
      result: { shown: true },
    });
  });
});
