import request from 'supertest';
import { startApi } from '../../support/api';
import { buildAdmin } from '../../support/factories';
import { portOf } from '../../support/listen';
import { sendRaw } from '../../support/raw-client';
import { useApi } from '../../support/use-api';

const PAGE = 'https://app.example.com';
const OTHER = 'http://localhost:5173';
const STRANGER = 'https://app.example.com.evil.example';
const api = useApi({
  CORS_ORIGINS: `${PAGE}, ${OTHER}`,
  RATE_LIMIT: '1',
  RATE_LIMIT_EXEMPT_LOOPBACK: 'false',
});

const preflight = (path: string, origin: string, to = api) =>
  request(to.server).options(path).set({
    Origin: origin,
    'Access-Control-Request-Method': 'PATCH',
    'Access-Control-Request-Headers': 'authorization,if-match',
  });
const words = (text: string | undefined) => (text ?? '').toLowerCase().split(/ *, */);

describe('CORS', () => {
  it.each([PAGE, OTHER])('allows pages of %s', async (origin) => {
    const { headers } = await preflight('/tasks/1', origin).expect(204);
    expect(headers['access-control-allow-origin']).toBe(origin);
    expect(words(headers['access-control-allow-methods'])).toEqual(
      expect.arrayContaining(['get', 'head', 'post', 'put', 'patch', 'delete']),
    );
    expect(words(headers['access-control-allow-headers'])).toEqual(
      expect.arrayContaining([
        ...['authorization', 'content-type', 'if-match', 'if-none-match', 'idempotency-key'],
        ...['traceparent', 'tracestate', 'baggage'],
      ]),
    );
    expect(Number(headers['access-control-max-age'])).toBeGreaterThan(0);
    expect(words(headers.vary)).toContain('origin');
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
    // Neither a token is needed nor is anything counted.
    expect(headers).not.toHaveProperty('ratelimit');
  });

  it('allows no other page', async () => {
    for (const origin of [STRANGER, 'null', PAGE.toUpperCase(), `${PAGE}:8443`]) {
      const answers = [
        await preflight('/tasks', origin),
        await request(api.server).get('/health/live').set('Origin', origin),
      ];
      for (const { headers } of answers) {
        expect(headers).not.toHaveProperty('access-control-allow-origin');
        expect(words(headers.vary)).toContain('origin');
      }
    }
  });

  it('lets the page read every answer and its headers, problems too', async () => {
    const get = (path: string) => request(api.server).get(path).set('Origin', PAGE);
    const answers = [
      await get('/health/live').expect(200),
      await get('/tasks').expect(401),
      await get('/tasks').expect(429),
      await get('/nothing').expect(404),
      await request(api.server).patch('/tasks').set('Origin', PAGE).expect(405),
      await get('/openapi.json').set('If-None-Match', '*').expect(304),
      await get('/openapi.json').set('If-Match', '"other"').expect(412),
    ];
    for (const { headers } of answers) {
      expect(headers['access-control-allow-origin']).toBe(PAGE);
      expect(headers['cross-origin-resource-policy']).toBe('cross-origin');
      expect(words(headers['access-control-expose-headers'])).toEqual(
        expect.arrayContaining(['etag', 'link', 'location', 'ratelimit', 'retry-after', 'x-request-id']),
      );
    }
  });

  describe('a request that Node refuses', () => {
    const raw = (text: string, to = api) => sendRaw(portOf(to.server), text);
    const long = `X-Long: ${'x'.repeat(30_000)}\r\n`;
    const refused: [number, (origin: string) => string][] = [
      [431, (origin) => `GET /tasks HTTP/1.1\r\nHost: a\r\nOrigin: ${origin}\r\n${long}\r\n`],
      [431, (origin) => `GET /tasks HTTP/1.1\r\nHost: a\r\n${long}origin:${origin}\r\n\r\n`],
      [400, (origin) => `BREW /tasks HTTP/1.1\r\nHost: a\r\nOrigin: ${origin}\r\n\r\n`],
    ];

    it.each(refused)('is answered readably for allowed origins only: %i', async (status, text) => {
      for (const [origin, isAllowed] of [
        [PAGE, true],
        [OTHER, true],
        [STRANGER, false],
        [`${PAGE} ${OTHER}`, false],
        ['x'.repeat(400), false],
      ] as const) {
        const answer = await raw(text(origin));
        expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
        expect(answer.includes(`\r\nAccess-Control-Allow-Origin: ${origin}\r\n`)).toBe(isAllowed);
        expect(/access-control-/i.test(answer)).toBe(isAllowed);
        expect(answer).toContain('\r\nVary: Origin\r\n');
      }
    });

    it('is read to its end, so that the answer is not lost', async () => {
      // NGINX sends all of it before it reads the answer.
      const answer = await raw(
        `BREW / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n${'x'.repeat(5e6)}`,
      );
      expect(answer).toMatch(/^HTTP\/1.1 400 /);
    });

    it('names every origin with *, and none unless configured', async () => {
      for (const [CORS_ORIGINS, lines] of [
        ['*', ['Access-Control-Allow-Origin: *']],
        ['', []],
      ] as const) {
        const own = await startApi(api.namespace, { CORS_ORIGINS });
        const answer = await raw(refused[0]![1](STRANGER), own);
        expect(answer.match(/(Access-Control-Allow-Origin|Vary): \S+/g) ?? []).toEqual(lines);
        await own.close();
      }
    });
  });

  it('answers a plain OPTIONS with the methods of the path', async () => {
    const { headers } = await request(api.server).options('/tasks').set('Origin', PAGE).expect(204);
    expect(headers.allow).toBe('GET, HEAD, POST');
  });

  it('allows all pages with *', async () => {
    const open = await startApi(api.namespace, { CORS_ORIGINS: '*' });
    const { headers } = await preflight('/tasks', STRANGER, open).expect(204);
    expect(headers['access-control-allow-origin']).toBe('*');
    const admin = await buildAdmin(open);
    await admin.get('/tasks').set('Origin', STRANGER).expect(200).expect('Access-Control-Allow-Origin', '*');
    await open.close();
  });

  it('allows none unless configured', async () => {
    const closed = await startApi(api.namespace);
    const { headers } = await preflight('/tasks', PAGE, closed);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    const answer = await request(closed.server).get('/health/live').set('Origin', PAGE).expect(200);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin');
    await closed.close();
  });
});
