import { createServer, type Server } from 'node:http';
import { ALLOWED_HEADERS, ALLOWED_METHODS, MAX_AGE_SECONDS } from '../../../src/http/server/cors';
import { problemSchema } from '../../../src/schemas/values';
import { startNginx } from '../../support/balancer';
import { startBrowser } from '../../support/browser';
import { createSender, type RawAnswer } from '../../support/request-sender';
import { listen, portOf } from '../../support/listen';

const PAGE = 'http://localhost:5173';
const OTHER = 'https://app.example.com';
const STRANGERS = [
  `${OTHER}.evil.example`,
  'https://app.example',
  'null',
  `${OTHER}|${PAGE}`,
  `x,${PAGE}`,
  '*',
  '|',
  ',',
];

/** Stands for an API worker; its own answers are good for every origin. */
let worker: Server;
let nginx: Awaited<ReturnType<typeof startNginx>>;

const start = (corsOrigins: string) =>
  startNginx([portOf(worker)], {
    corsOrigins,
    // This machine's requests count as well; two are let through, and one more after a minute.
    limitExempt: 'none',
    otherwise: [
      ['proxy_read_timeout 15s', 'proxy_read_timeout 1s'],
      [
        'location / {',
        'location /limited { limit_req zone=few burst=1 nodelay; proxy_pass http://api; }\n    location / {',
      ],
      ['limit_req_status 429;', 'limit_req_zone $limit_key zone=few:1m rate=1r/m; limit_req_status 429;'],
    ],
  });

beforeAll(async () => {
  worker = createServer((incoming, response) => {
    if (incoming.url === '/closed') return void incoming.socket.destroy();
    if (incoming.url === '/late') return;
    if (incoming.url === '/page') return void response.end('A page');
    const status = incoming.url === '/busy' ? 503 : 200;
    response.writeHead(status, { 'Access-Control-Allow-Origin': '*', Vary: 'Origin', 'Retry-After': '7' });
    response.end('{}');
  });
  await listen(worker);
  nginx = await start(`${PAGE}, ${OTHER}`);
  // What is over the limit stays so for a minute.
  for (let count = 0; count < 2; count++) await ask(['/limited']);
});

afterAll(async () => {
  await nginx.stop();
  worker.closeAllConnections();
  worker.close();
});

/** Over a sender of our own, since `fetch` would not send some of these headers. */
async function ask(
  [path, more = {}, method = 'GET']: Asked,
  origin?: string,
  at = nginx,
): Promise<RawAnswer> {
  const sender = createSender(at.url, 1);
  const headers = { ...more, ...(origin !== undefined && { Origin: origin }) };
  return sender.send({ method, path, headers, body: undefined }).finally(sender.close);
}

type Asked = [path: string, headers?: Record<string, string>, method?: string];

const refused: [number, Asked][] = [
  [400, ['/', { 'Content-Length': '2, 3' }]],
  [404, ['/metrics']],
  [405, ['/', {}, 'TRACE']],
  [413, ['/tasks', { 'Content-Length': '200000' }, 'POST']],
  [414, [`/${'x'.repeat(9_000)}`]],
  [414, [`/tasks?q=${'x'.repeat(20_000)}`]],
  [429, ['/limited']],
  [431, ['/tasks', { 'X-Long': 'x'.repeat(17_000) }]],
  [431, ['/tasks', { 'X-Long': 'x'.repeat(40_000) }]],
  [501, ['/tasks', { 'Transfer-Encoding': 'gzip, chunked' }, 'POST']],
  [502, ['/closed']],
  [504, ['/late']],
];

describe('NGINX', () => {
  it.each(refused)('lets pages of allowed origins read a %i of NGINX', async (status, asked) => {
    for (const origin of [PAGE, OTHER]) {
      const { headers, rawHeaders, text, ...answer } = await ask(asked, origin);
      expect(answer.status).toBe(status);
      expect(problemSchema.parse(JSON.parse(text)).status).toBe(status);
      expect(headers).toMatchObject({ 'access-control-allow-origin': origin, vary: 'Origin' });
      expect(headers['access-control-expose-headers']).toMatch(/Retry-After.*X-Request-Id/);
      expect(rawHeaders.filter((text) => /^access-control-allow-origin$/i.test(text))).toHaveLength(1);
    }
  });

  it.each(refused.filter(([status]) => [413, 429, 502].includes(status)))(
    'lets no other page read a %i of NGINX',
    async (_status, asked) => {
      for (const origin of [...STRANGERS, undefined]) {
        const { headers } = await ask(asked, origin);
        expect(headers).not.toHaveProperty('access-control-allow-origin');
        expect(headers).not.toHaveProperty('access-control-expose-headers');
        expect(headers.vary).toBe('Origin');
      }
    },
  );

  it.each(['/tasks', '/busy'])('leaves the headers of what a worker answers at %s', async (path) => {
    const { headers, rawHeaders } = await ask([path], PAGE);
    expect(headers).toMatchObject({ 'access-control-allow-origin': '*', vary: 'Origin', 'retry-after': '7' });
    expect(rawHeaders.filter((text) => /^access-control-allow-origin$/i.test(text))).toHaveLength(1);
  });

  describe('a preflight', () => {
    const asks = {
      'Access-Control-Request-Method': 'PATCH',
      'Access-Control-Request-Headers': 'authorization',
    };

    it.each(['/tasks', '/limited', '/closed', '/late', `/tasks?q=${'x'.repeat(20_000)}`, '/users/1/avatar'])(
      'of an allowed origin is answered by NGINX, whatever %.20s is answered',
      async (path) => {
        const { status, headers } = await ask([path, asks, 'OPTIONS'], PAGE);
        expect(status).toBe(204);
        expect(headers).toMatchObject({
          'access-control-allow-origin': PAGE,
          'access-control-allow-methods': ALLOWED_METHODS.join(','),
          'access-control-allow-headers': ALLOWED_HEADERS.join(','),
          'access-control-max-age': String(MAX_AGE_SECONDS),
          vary: 'Origin',
        });
      },
    );

    it('of another origin, and a plain OPTIONS, go to a worker', async () => {
      for (const [headers, origin] of [
        [asks, STRANGERS[0]],
        [asks, undefined],
        [{}, PAGE],
      ] as const)
        expect((await ask(['/tasks', headers, 'OPTIONS'], origin)).status).toBe(200);
    });
  });

  it.each([
    ['*', '*', undefined],
    [`${PAGE}, *`, '*', undefined],
    ['', undefined, undefined],
  ])('with CORS_ORIGINS=%s answers every origin %s', async (corsOrigins, allowed, vary) => {
    const own = await start(corsOrigins);
    try {
      const { status, headers } = await ask(['/closed'], STRANGERS[0], own);
      expect(status).toBe(502);
      expect(headers['access-control-allow-origin']).toBe(allowed);
      expect(headers.vary).toBe(vary);
    } finally {
      await own.stop();
    }
  });

  it('can be read in a browser: a page of another origin sees the problem and Retry-After', async () => {
    const origin = `http://127.0.0.1:${portOf(worker)}`;
    const own = await start(origin);
    const browser = await startBrowser();
    try {
      for (let count = 0; count < 2; count++) await ask(['/limited'], origin, own);
      const page = await browser.newPage();
      await page.goto(`${origin}/page`);
      const seen = (path: string) =>
        page.evaluate(async (url) => {
          // With a token, as every page sends one: so the browser asks by a preflight first.
          const response = await fetch(url, {
            headers: { authorization: 'Bearer x', traceparent: '00-1-1-00' },
          });
          const { type } = (await response.json()) as { type: string };
          return [
            response.status,
            type,
            response.headers.get('retry-after'),
            !!response.headers.get('x-request-id'),
          ];
        }, `${own.url}${path}`);
      expect(await seen('/limited')).toEqual([429, '/problems/too-many-requests', '1', true]);
      expect(await seen('/closed')).toEqual([502, '/problems/bad-gateway', '2', true]);
      expect(await seen(`/tasks?q=${'x'.repeat(20_000)}`)).toEqual([
        414,
        '/problems/uri-too-long',
        null,
        true,
      ]);
    } finally {
      await browser.close();
      await own.stop();
    }
  }, 120_000);
});
