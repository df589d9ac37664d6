import request from 'supertest';
import { problemSchema } from '../../../src/schemas/values';
import { PROBLEMS } from '../../../src/problems/catalogue';
import { useApi } from '../../support/use-api';

const api = useApi();

const get = (accept?: string) => {
  const asked = request(api.server).get('/');
  return accept === undefined ? asked : asked.set('Accept', accept);
};

const FIREFOX = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const CHROME =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7';

describe('the landing page', () => {
  it.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['application/json', 'application/json'],
    ['application/json, text/plain, */*', 'application/json'],
    ['application/json; charset=utf-8', 'application/json'],
    ['application/*', 'application/json'],
    ['application/json, text/html;q=0.9', 'application/json'],
    ['application/linkset+json', 'application/linkset+json'],
    [FIREFOX, 'text/html'],
    [CHROME, 'text/html'],
    ['text/html', 'text/html'],
    ['text/html; charset=UTF-8', 'text/html'],
    ['text/*', 'text/html'],
    ['application/json;q=0.5, text/html', 'text/html'],
    ['application/*;q=0, */*', 'text/html'],
  ])('answers Accept: %s with %s', async (accept, type) => {
    const { headers } = await get(accept).expect(200);
    expect(headers['content-type']).toBe(`${type}; charset=utf-8`);
    expect(headers.vary).toMatch(/\bAccept\b/);
    expect(headers['cache-control']).toBe('no-cache');
  });

  it.each(['image/png', 'text/html;q=0, application/*;q=0', 'text/plain'])(
    'refuses Accept: %s',
    async (accept) => {
      const { body } = await get(accept)
        .expect(406)
        .expect('Vary', /Accept/);
      expect(problemSchema.parse(body).detail).toContain('application/json');
    },
  );

  it('accepts an Accept header of 8 kB', async () => {
    await get(`${'a/b,'.repeat(2_000)}*/*`).expect(200);
  });

  it('returns valid links to a client, and the same ones in the Link header', async () => {
    const { body, headers } = await get().expect(200);
    const [{ anchor, ...relations }] = body.linkset;
    expect(anchor).toBe('/');
    expect(Object.keys(relations)).toEqual(['service-doc', 'service-desc', 'status', 'related', 'help']);
    expect(relations.help).toHaveLength(Object.keys(PROBLEMS).length);
    for (const [relation, links] of Object.entries<{ href: string; type: string }[]>(relations)) {
      for (const { href, type } of links) {
        await request(api.server)
          .get(href)
          .set('X-Forwarded-For', '198.51.100.7')
          .expect(200)
          .expect('Content-Type', new RegExp(`^${type};`));
        if (relation !== 'help')
          expect(headers.link).toContain(`<${href}>; rel="${relation}"; type="${type}"`);
      }
    }
  });

  it('returns a self-contained page with valid links to a browser', async () => {
    const { text, headers } = await get(FIREFOX).expect(200);
    expect(text).toContain('The API is up.');
    expect(text).not.toMatch(/<script|https?:\/\//);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[^']+';/);
    const places = [...text.matchAll(/<a href="([^"]+)"/g)].map(([, place]) => place!);
    expect(places).toEqual(
      expect.arrayContaining(['/docs/', '/openapi.json', '/ops', '/problems/not-found']),
    );
    for (const place of places) await request(api.server).get(place).expect(200);
  });

  it('reveals nothing about the inside', async () => {
    for (const accept of [FIREFOX, '*/*']) {
      const { text } = await get(accept).expect(200);
      expect(text).not.toMatch(
        /mongo|redis|rabbit|nginx|node|express|\d+\.\d+\.\d+|127\.0|localhost|api-\d/i,
      );
    }
  });

  it.each([FIREFOX, '*/*'])('answers 304 to a client that has the answer for Accept: %s', async (accept) => {
    const { headers } = await get(accept).expect(200);
    const again = await get(accept).set('If-None-Match', headers.etag!).expect(304);
    expect(again.headers).toMatchObject({ etag: headers.etag, vary: headers.vary, link: headers.link });
    // `fetch` sends this along with `If-None-Match`.
    await get(accept).set('If-None-Match', headers.etag!).set('Cache-Control', 'no-cache').expect(304);
    await get(accept).set('If-None-Match', '"another"').expect(200);
  });

  it('has a tag for each form', async () => {
    const forms = ['*/*', 'application/linkset+json', FIREFOX];
    const tags = await Promise.all(forms.map(async (accept) => (await get(accept)).headers.etag));
    expect(new Set(tags).size).toBe(forms.length);
  });

  it('serves / for reading only, whatever the query', async () => {
    const head = await request(api.server).head('/').set('Accept', FIREFOX).expect(200);
    expect(head.headers['content-type']).toMatch('text/html');
    expect(head.text).toBeUndefined();
    await request(api.server).get('/?from=elsewhere').expect(200);
    await request(api.server).options('/').expect(204).expect('Allow', 'GET, HEAD');
    for (const method of ['post', 'put', 'patch', 'delete'] as const) {
      const { body } = await request(api.server)[method]('/').expect(405).expect('Allow', 'GET, HEAD');
      expect(problemSchema.parse(body).type).toBe('/problems/method-not-allowed');
    }
  });
});
