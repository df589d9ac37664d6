import request from 'supertest';
import { problemSchema } from '../../../src/http/schemas';
import { dropDatabase, newNamespace, startApi, type TestApi } from '../../support/api';
import { as, buildAdmin, type Account } from '../../support/factories';

const namespace = newNamespace();
let api: TestApi;
let admin: Account;

beforeAll(async () => {
  api = await startApi(namespace, { EXPOSE_WORKER: 'true', NODE_APP_INSTANCE: '3' });
  admin = await buildAdmin(api);
});

afterAll(async () => {
  await api.close();
  await dropDatabase(namespace);
});

const asJson = (text: string) => as(api, admin).post('/tasks').type('json').send(text);

it.each([
  ['bad JSON', () => asJson('{"title":'), 400, 'invalid-request'],
  ['a body that is no object', () => asJson('[]'), 400, 'invalid-request'],
  ['an empty body', () => asJson(''), 400, 'invalid-request'],
  ['too large a body', () => asJson(JSON.stringify({ title: 'x'.repeat(110_000) })), 413, 'too-large'],
  [
    'another media type',
    () => as(api, admin).post('/tasks').type('form').send('title=x'),
    415,
    'unsupported-media-type',
  ],
  [
    'a media type that is almost JSON',
    () => as(api, admin).put('/tasks/a').type('application/merge-patch+json').send('{}'),
    415,
    'unsupported-media-type',
  ],
  [
    'more faults than are told',
    () => asJson(JSON.stringify(Object.fromEntries(Array.from({ length: 3_000 }, (_, key) => [key, 1])))),
    400,
    'invalid-request',
  ],
  [
    'a property whose name is longer than is told',
    () => asJson(JSON.stringify({ ['😀'.repeat(5_000)]: 1 })),
    400,
    'invalid-request',
  ],
  ['null', () => asJson('null'), 400, 'invalid-request'],
  [
    'an unknown encoding',
    () => as(api, admin).post('/tasks').type('json').set('Content-Encoding', 'zip').send('{}'),
    415,
    'unsupported-media-type',
  ],
  ['no token', () => request(api.server).get('/tasks'), 401, 'unauthenticated'],
  ['an unknown path', () => request(api.server).get('/nothing'), 404, 'not-found'],
  ['another method', () => request(api.server).patch('/tasks'), 405, 'method-not-allowed'],
  ['a path that can not be decoded', () => as(api, admin).get('/tasks/%E0%A4'), 400, 'invalid-request'],
  ['__proto__ in a body', () => asJson('{"title":"x","__proto__":{"role":"Admin"}}'), 400, 'invalid-request'],
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

it('names the methods that are served', async () => {
  const { headers } = await request(api.server).delete('/tasks').expect(405);
  expect(headers.allow).toBe('GET, HEAD, POST');
  await request(api.server).options('/tasks').expect(204).expect('Allow', 'GET, HEAD, POST');
});

it('takes over a request id, or gives one', async () => {
  await request(api.server)
    .get('/health/live')
    .set('X-Request-Id', 'from-nginx-1')
    .expect('X-Request-Id', 'from-nginx-1');
  const { headers } = await request(api.server).get('/health/live').set('X-Request-Id', 'bad id\t!');
  expect(headers['x-request-id']).toMatch(/^[\w-]{36}$/);
});

it('names the worker where configured', async () => {
  await request(api.server).get('/health/ready').expect(200).expect('X-Worker', 'api-3');
  const silent = await startApi(namespace);
  const { headers } = await request(silent.server).get('/health/ready').expect(200);
  expect(headers).not.toHaveProperty('x-worker');
  await silent.close();
});
