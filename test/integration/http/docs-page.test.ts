import { readdirSync } from 'node:fs';
import path from 'node:path';
import request from 'supertest';
import { problemSchema } from '../../../src/schemas/values';
import { useApi } from '../../support/use-api';

const api = useApi();

const get = (place: string) => request(api.server).get(place);

describe('the documentation page', () => {
  it('redirects /docs to the page', async () => {
    await get('/docs').expect(308).expect('Location', '/docs/');
  });

  it('allows the page to load nothing from other origins', async () => {
    const { headers, text } = await get('/docs/')
      .expect(200)
      .expect('Content-Type', /^text\/html; charset=utf-8/);
    expect(text).toContain('<title>taskfleet API</title>');
    const policy = headers['content-security-policy'];
    expect(policy).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe/);
  });

  it('keeps the strict policy of all other answers', async () => {
    const { headers } = await get('/openapi.json').expect(200);
    expect(headers['content-security-policy']).toBe("default-src 'none';frame-ancestors 'none'");
  });

  it('serves each file that the page names', async () => {
    const { text } = await get('/docs/');
    const names = [...text.matchAll(/(?:src|href)="(?!\.\.)([^"]+)"/g)].map(([, name]) => name!);
    expect(names).toHaveLength(5);
    for (const name of names) await get(`/docs/${name}`).expect(200).expect('ETag', /^"/);
  });

  it('serves nothing else of the package', async () => {
    const folder = path.dirname(require.resolve('swagger-ui-dist/package.json'));
    const served: string[] = [];
    for (const name of readdirSync(folder)) {
      const { status } = await get(`/docs/${name}`);
      if (status === 200) served.push(name);
      else expect(status).toBe(404);
    }
    expect(served).toEqual(['favicon-32x32.png', 'swagger-ui-bundle.js', 'swagger-ui.css']);
  });

  it.each([
    ['docs.js', 'text/javascript', 'no-cache'],
    ['', 'text/html', 'no-cache'],
    ['swagger-ui.css?v=1', 'text/css', 'public, max-age=31536000, immutable'],
  ])(
    'sets how long "%s" may be cached, and answers 304 to a client that has it',
    async (name, type, keep) => {
      const { headers } = await get(`/docs/${name}`).expect(200).expect('Cache-Control', keep);
      expect(headers['content-type']).toContain(type);
      const again = await get(`/docs/${name}`).set('If-None-Match', headers.etag!).expect(304);
      expect(again.headers.etag).toBe(headers.etag);
      await get(`/docs/${name}`).set('If-None-Match', '"another"').expect(200);
    },
  );

  it.each(['/docs', '/docs/', '/docs/docs.js', '/docs/swagger-ui.css'])(
    'serves %s to be read only',
    async (place) => {
      const head = await request(api.server).head(place);
      expect(head.status).toBe(place === '/docs' ? 308 : 200);
      expect(head.text).toBeUndefined();
      await request(api.server).options(place).expect(204).expect('Allow', 'GET, HEAD');
      const { body } = await request(api.server).post(place).expect(405).expect('Allow', 'GET, HEAD');
      expect(problemSchema.parse(body).type).toBe('/problems/method-not-allowed');
    },
  );

  it.each([
    '/docs/nothing',
    '/docs/docs.js/',
    '/docs/../package.json',
    '/docs/%2e%2e/package.json',
    '/docs/..%2f..%2fpackage.json',
    '/docs/swagger-ui.css%00',
  ])('answers %s with a problem', async (place) => {
    const { body } = await get(place)
      .expect(404)
      .expect('Content-Type', /^application\/problem\+json/);
    expect(problemSchema.parse(body).type).toBe('/problems/not-found');
  });
});
