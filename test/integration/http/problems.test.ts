import request from 'supertest';
import { problemSchema } from '../../../src/schemas/values';
import { PROBLEMS } from '../../../src/problems/catalogue';
import { startApi } from '../../support/api';
import { useAdmin, useApi } from '../../support/use-api';

const api = useApi({ EXPOSE_WORKER: 'true', NODE_APP_INSTANCE: '3' });
const admin = useAdmin(api);

const asJson = (text: string) => admin.post('/tasks').type('json').send(text);

describe('the API', () => {
  it.each([
    ['bad JSON', () => asJson('{"title":'), 400, 'invalid-request'],
    ['a body that is no object', () => asJson('[]'), 400, 'invalid-request'],
    ['an empty body', () => asJson(''), 400, 'invalid-request'],
    ['too large a body', () => asJson(JSON.stringify({ title: 'x'.repeat(110_000) })), 413, 'too-large'],
    [
      'another media type',
      () => admin.post('/tasks').type('form').send('title=x'),
      415,
      'unsupported-media-type',
    ],
    [
      'a media type that is almost JSON',
      () => admin.put('/tasks/a').type('application/merge-patch+json').send('{}'),
      415,
      'unsupported-media-type',
    ],
    [
      'more faults than are listed',
      () => asJson(JSON.stringify(Object.fromEntries(Array.from({ length: 3_000 }, (_, key) => [key, 1])))),
      400,
      'invalid-request',
    ],
    [
      'a property whose name is longer than a message quotes',
      () => asJson(JSON.stringify({ ['😀'.repeat(5_000)]: 1 })),
      400,
      'invalid-request',
    ],
    ['null', () => asJson('null'), 400, 'invalid-request'],
    [
      'an unknown encoding',
      () => admin.post('/tasks').type('json').set('Content-Encoding', 'zip').send('{}'),
      415,
      'unsupported-media-type',
    ],
    ['no token', () => request(api.server).get('/tasks'), 401, 'unauthenticated'],
    ['an unknown path', () => request(api.server).get('/nothing'), 404, 'not-found'],
    ['another method', () => request(api.server).patch('/tasks'), 405, 'method-not-allowed'],
    ['a path that can not be decoded', () => admin.get('/tasks/%E0%A4'), 400, 'invalid-request'],
    [
      '__proto__ in a body',
      () => asJson('{"title":"x","__proto__":{"role":"Admin"}}'),
      400,
      'invalid-request',
    ],
  ])('answers %s with a problem', async (_name, send, status, type) => {
    const answer = await send();
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toMatch('application/problem+json');
    const problem = problemSchema.parse(answer.body);
    expect(problem).toMatchObject({
      type: `/problems/${type}`,
      status,
      requestId: answer.headers['x-request-id'],
    });
  });

  it.each([
    ['/tasks?limit=101', 'query.limit: must be at most 100'],
    ['/tasks?limit=0', 'query.limit: must be at least 1'],
    ['/tasks?limit=x', 'query.limit: must be in decimal digits'],
    ['/tasks?priority=x', 'query.priority: must be one of "low", "normal", "high", "urgent"'],
    ['/tasks?limit=1&limit=2', 'query.limit: must be given once'],
    ['/tasks?limit=0&priority=x', /\(and 1 more: see errors\)$/],
    ['/tasks?page=2', /^query.page: is not known; use status, .*cursor/],
  ])('explains what is wrong with %s', async (path, detail) => {
    const { body } = await admin.get(path).expect(400);
    expect(body.detail).toEqual(typeof detail === 'string' ? detail : expect.stringMatching(detail));
  });

  it('names the limit if a body is too large', async () => {
    const { body } = await asJson(JSON.stringify({ title: 'x'.repeat(110_000) })).expect(413);
    expect(body.detail).toContain('100 kB');
  });

  it.each([
    ['/tasks', 'text/html', 406],
    ['/tasks', 'application/json;q=0, */*', 406],
    ['/tasks', 'text/html, application/*;q=0.5', 200],
    ['/problems/not-found', 'application/json', 406],
    ['/problems/not-found', 'text/html,application/xhtml+xml,*/*;q=0.8', 200],
    // Parameters: JSON and pages have no variants.
    ['/tasks', 'application/json; charset=utf-8', 200],
    ['/tasks', 'application/json;charset="utf-8"', 200],
    ['/tasks', 'application/json;version=1;q=0.5', 200],
    ['/tasks', 'application/json;profile="a,text/html;q=0"', 200],
    ['/tasks', 'text/html;level=1, application/json;indent=4', 200],
    ['/tasks', 'application/json;version=1;q=0, */*', 200],
    ['/problems/not-found', 'text/html;charset=utf-8', 200],
    // Ranges, quality and case.
    ['/tasks', 'APPLICATION/JSON', 200],
    ['/tasks', 'Application/*', 200],
    ['/tasks', 'application/*;q=0, application/json', 200],
    ['/tasks', '*/*;q=0.1', 200],
    ['/tasks', '*/*;q=0', 406],
    ['/tasks', 'application/json;q=0.000', 406],
    ['/tasks', 'application/json; q=0', 406],
    ['/tasks', 'application/problem+json', 406],
    ['/tasks', 'application/jsonp, application/jso', 406],
    // Anything but media ranges is ignored.
    ['/tasks', '', 200],
    ['/tasks', ',,;;', 200],
    ['/tasks', 'json', 200],
    ['/tasks', '*', 200],
    ['/tasks', 'application/*+json', 200],
    ['/tasks', 'image/gif, *; q=.2, */*; q=.2', 200],
    ['/tasks', 'json, text/html', 406],
  ])('answers %s as Accept: %s with %i', async (path, accept, status) => {
    const answer = await admin.get(path).set('Accept', accept);
    expect(answer.status).toBe(status);
    if (status === 406)
      expect(problemSchema.parse(answer.body).detail).toMatch(/^Accept must allow (application|text)/);
  });

  it('answers a log-in, however its Accept header is written', async () => {
    const { email, password } = admin;
    const logIn = (accept: string) =>
      request(api.server).post('/users/login').set('Accept', accept).send({ email, password });
    await logIn('application/json; charset=utf-8').expect(200);
    await logIn('text/html').expect(406);
  });

  it.each([
    ['Accept-Charset', 'iso-8859-1'],
    ['Accept-Charset', 'utf-8;q=0'],
    ['Accept-Encoding', 'identity;q=0'],
    ['Accept-Encoding', '*;q=0'],
    ['Accept-Language', 'tlh'],
  ])('ignores %s: %s', async (name, value) => {
    // RFC 9110, 12.5: a server may disregard them, and sends what it has rather than 406.
    await admin
      .get('/tasks')
      .set(name, value)
      .expect(200)
      .expect('Content-Type', /charset=utf-8$/);
  });

  it('has a self-contained page for each problem', async () => {
    const names = Object.keys(PROBLEMS);
    for (const name of names) {
      const { text, headers } = await request(api.server).get(`/problems/${name}`).expect(200);
      expect(headers['content-type']).toMatch('text/html');
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[^']+';/);
      expect(text).toContain(`<code>${name}</code>`);
      expect(text).not.toMatch(/https?:\/\//);
    }
    await request(api.server).get('/problems/nonsense').expect(404);
    await request(api.server).get('/problems/%3Cscript%3E').expect(400);
  });

  it('lists the allowed methods', async () => {
    const { headers } = await request(api.server).delete('/tasks').expect(405);
    expect(headers.allow).toBe('GET, HEAD, POST');
    await request(api.server).options('/tasks').expect(204).expect('Allow', 'GET, HEAD, POST');
  });

  it('keeps a request id, or makes one', async () => {
    await request(api.server)
      .get('/health/live')
      .set('X-Request-Id', 'from-nginx-1')
      .expect('X-Request-Id', 'from-nginx-1');
    const { headers } = await request(api.server).get('/health/live').set('X-Request-Id', 'bad id\t!');
    expect(headers['x-request-id']).toMatch(/^[\w-]{36}$/);
  });

  it('names the worker if configured', async () => {
    await request(api.server).get('/health/ready').expect(200).expect('X-Worker', 'test-host/api-3');
    const silent = await startApi(api.namespace);
    const { headers } = await request(silent.server).get('/health/ready').expect(200);
    expect(headers).not.toHaveProperty('x-worker');
    await silent.close();
  });
});
