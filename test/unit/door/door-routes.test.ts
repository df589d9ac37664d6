import request from 'supertest';
import { createDoor } from '../../../src/door/create-door';
import { refuseDrainedHost } from '../../../src/control/process-status';
import { createHealth } from '../../../src/health/health';
import { createMetrics } from '../../../src/infra/metrics';
import { createLogger } from '../../../src/process/logger';
import { buildApiStatus } from '../../support/api-status';
import { newFolder } from '../../support/folder';

let isDraining = false;
let asked: string[] = [];
let isHostDrained = false;
const health = createHealth({ about: { worker: 'web-1/api-0' }, required: {}, optional: {} });
health.watch(() => isDraining);
const note = (what: string) => async () => void asked.push(what);
const door = createDoor({
  control: {
    'GET /status': () => buildApiStatus({ draining: isDraining }),
    'POST /drain': note('drain'),
    'POST /resume': async () => {
      refuseDrainedHost('web-1', isHostDrained);
      asked.push('resume');
    },
    'POST /log-level': ({ level }) => ({ logLevel: level }),
  },
  health,
  metrics: createMetrics({ host: 'web-1', worker: 'api-0' }),
  runDir: newFolder(),
  worker: 'web-1/api-0',
  logger: createLogger('silent', 'test'),
});
const ask = () => request(door);

beforeEach(() => {
  isDraining = isHostDrained = false;
  asked = [];
});

describe('the internal port', () => {
  it('shows the metrics, the health and the state of its process', async () => {
    const { text } = await ask().get('/metrics').expect(200);
    expect(text).toContain('{host="web-1",worker="api-0"}');
    await ask().get('/metrics/all').expect(200);
    await ask().get('/status').expect(200).expect('X-Worker', 'web-1/api-0');
    await ask().get('/health/live').expect(200);
    await ask().get('/health/startup').expect(503);
    health.started();
    await ask().get('/health/startup').expect(200);
  });

  it.each(['X-Forwarded-For', 'Forwarded', 'Via'])(
    'refuses a scrape through a balancer: %s',
    async (name) => {
      for (const path of ['/metrics', '/metrics/all']) {
        const { body } = await ask().get(path).set(name, '10.0.0.1').expect(403);
        expect(body.detail).toMatch(/Scrape each host at its own internal port/);
      }
      await ask().get('/health/ready/details').set(name, '10.0.0.1').expect(200);
    },
  );

  it('is ready until its process drains', async () => {
    await ask().get('/health/ready').expect(200, { status: 'ok' });
    isDraining = true;
    await ask().get('/health/ready').expect(503);
    const { text } = await ask().get('/health/ready/details').expect(503);
    expect(JSON.parse(text)).toMatchObject({ worker: 'web-1/api-0', draining: true });
    await ask().get('/health/live').expect(200);
  });

  it('drains, resumes and sets the log level', async () => {
    await ask().post('/drain').expect(202);
    await ask().post('/resume').expect(202);
    expect(asked).toEqual(['drain', 'resume']);
    await ask().post('/log-level').send({ level: 'debug' }).expect(200, { logLevel: 'debug' });
    await ask().post('/log-level').send({ level: 'loud' }).expect(400);
    await ask()
      .post('/log-level')
      .send({ level: 'x'.repeat(200_000) })
      .expect(413);
    await ask().get('/drain').expect(405);
  });

  it('does not resume a worker of a host that is drained, and says how to', async () => {
    isHostDrained = true;
    const { body } = await ask().post('/resume').expect(409);
    expect(body.detail).toMatch(/taskfleet hosts resume web-1/);
    expect(asked).toEqual([]);
  });

  it.each([
    ['another site', { Origin: 'http://evil.example' }],
    ['its own address', { Origin: 'http://127.0.0.1:5001' }],
    ['an opaque origin', { Origin: 'null' }],
    ['a browser that hides the origin', { 'Sec-Fetch-Site': 'cross-site' }],
    ['a name that was resolved to loopback', { Host: 'evil.example:5001' }],
  ])('refuses a change by a page of %s', async (_who, headers) => {
    const { body } = await ask().post('/drain').set(headers).expect(403);
    expect(body.type).toBe('/problems/forbidden');
    expect(asked).toEqual([]);
  });

  it('shows nothing over loopback to a name that is not its own', async () => {
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'xlocalhost'])
      await ask().get('/metrics').set('Host', host).expect(403);
    for (const host of ['localhost', 'localhost:5001', '127.0.0.1:5001', '[::1]:5001', '10.0.0.12'])
      await ask().get('/metrics').set('Host', host).expect(200);
  });
});
