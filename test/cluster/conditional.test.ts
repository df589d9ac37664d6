import { by, ORIGIN, useCluster } from '../support/cluster';
import { use } from '../support/use';

const cluster = useCluster();
const admin = use(() => cluster.buildAdmin());
const { post } = by(cluster, admin);

/** Long enough for NGINX to compress it. */
const description = 'Both sides, and twice. '.repeat(100);

describe('the API behind NGINX', () => {
  it('answers 304 with the tag, Vary, Cache-Control and Link of the 200', async () => {
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
            const answer = await fetch(`${cluster.url}${route}`, {
              method,
              headers: { authorization: `Bearer ${admin.token}`, 'accept-encoding': coding, ...conditions },
              signal: AbortSignal.timeout(20_000),
            });
            await answer.arrayBuffer();
            const { status, headers } = answer;
            const shown = ['etag', 'vary', 'cache-control', 'link', 'access-control-allow-origin'];
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
});
