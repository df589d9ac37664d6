import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import request from 'supertest';
import { mongoUrl, serverUrl } from '../../support/servers';
import { eventually } from '../../support/wait';
import { useApi, useRedis, useTcpProxy } from '../../support/use-api';

/** One worker, whose links to the servers can be cut. */
const redis = useRedis();
const toMongo = useTcpProxy(serverUrl('MONGO_URL'));
const toRabbit = useTcpProxy(serverUrl('AMQP_URL'));
const api = useApi((database) => {
  const direct = through(mongoUrl(database), toMongo.port);
  // Otherwise the driver would connect to the address in the replica set.
  direct.searchParams.delete('replicaSet');
  direct.searchParams.set('directConnection', 'true');
  return {
    MONGO_URL: direct.href,
    REDIS_URL: redis.url,
    AMQP_URL: through(serverUrl('AMQP_URL'), toRabbit.port).href,
    TASKFLEET_RELEASE: 'abc123',
  };
});

function through(url: string, port: number): URL {
  const whole = new URL(url);
  whole.host = `127.0.0.1:${port}`;
  return whole;
}

const details = () => request(api.door).get('/health/ready/details');
const report = async () => {
  const { status, text } = await details();
  return { status, ...JSON.parse(text) } as Report;
};

/** How long a wait of this many milliseconds and two requests take now, on a machine that may be busy. */
async function usualMs(waitMs: number): Promise<number> {
  const began = Date.now();
  await sleep(waitMs);
  for (let count = 0; count < 2; count++) await request(api.server).get('/health/live');
  return Date.now() - began;
}
async function msOf<T>(work: Promise<T>): Promise<[T, number]> {
  const began = Date.now();
  return [await work, Date.now() - began];
}

/** Requests it as NGINX forwards it. */
const outside = (path: string) => request(api.server).get(path).set('X-Forwarded-For', '198.51.100.7');

interface Report {
  status: number | string;
  draining: boolean;
  dependencies: Record<string, { status: string; latencyMs: number; required: boolean; error?: string }>;
}

describe('the health of a worker', () => {
  it('reports itself and each server behind it in its details', async () => {
    const answer = await details().expect(200);
    expect(answer.headers).toMatchObject({
      'content-type': expect.stringContaining('application/health+json'),
      'cache-control': 'no-store',
    });
    const up = { status: 'up', latencyMs: expect.any(Number) };
    expect(JSON.parse(answer.text)).toEqual({
      status: 'ok',
      worker: 'test-host/api-0',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      commit: 'unknown',
      contract: expect.stringMatching(/^\d+\.\d+\.\d+/),
      release: 'abc123',
      started: false,
      draining: false,
      uptimeSeconds: expect.any(Number),
      dependencies: {
        mongodb: { ...up, required: true },
        redis: { ...up, required: false },
        rabbitmq: { ...up, required: false },
      },
    });
  });

  it('shows the status alone at /health/ready, whoever asks', async () => {
    await outside('/health/ready').expect(200, { status: 'ok' });
    await request(api.server).get('/health/ready').expect(200, { status: 'ok' });
  });

  it('shows what runs at /health/live, whoever asks', async () => {
    const { body: document } = await request(api.server).get('/openapi.json').expect(200);
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    // Sources that run without being compiled have no commit.
    const expected = { status: 'ok', version, commit: 'unknown', contract: document.info.version };
    await outside('/health/live').expect(200, expected);
  });

  it('has not started before it is marked as started', async () => {
    for (const ask of [() => outside('/health/startup'), () => request(api.server).get('/health/startup')])
      await ask().expect(503).expect('Retry-After', '1');
    api.health.started();
    await outside('/health/startup').expect(200, { status: 'ok' });
    expect(await report()).toMatchObject({ started: true });
  });

  it('says that it drains, and stays live', async () => {
    let isDraining = true;
    api.health.watch(() => isDraining);
    await details().expect(503).expect('Retry-After', '1');
    expect((await report()).draining).toBe(true);
    await request(api.server).get('/health/serving').expect(503, { status: 'draining' });
    await outside('/health/live').expect(200);
    // Without NGINX, which asks for /health/serving, the engine that probes must learn it here.
    await outside('/health/ready').expect(503).expect('Retry-After', '1');
    // Its successor listens on the same port.
    api.health.replaced();
    await outside('/health/ready').expect(200);
    await request(api.server).get('/health/serving').expect(200);
    isDraining = false;
    await details().expect(200);
    await request(api.server).get('/health/serving').expect(200, { status: 'ok' });
  });

  it('stays ready without Redis and RabbitMQ', async () => {
    await redis.stop();
    toRabbit.blackHole();
    const seeDown = eventually(async () => {
      const { dependencies } = await report();
      const isDown = (name: string) => dependencies[name]!.status === 'down';
      return isDown('redis') && isDown('rabbitmq') ? dependencies : undefined;
    });
    // Two questions at most, of 1.5 s each, before both are known to be away.
    const [[seen, ms], usual] = await Promise.all([msOf(seeDown), usualMs(3_000)]);
    expect(seen.redis!.error).toBe(`no connection to ${new URL(redis.url).host}`);
    // A server that accepts bytes but does not answer times out.
    expect(seen.rabbitmq!.latencyMs).toBeLessThanOrEqual(1_500);
    expect(seen.rabbitmq!.error).toBe(`no answer from 127.0.0.1:${toRabbit.port} in time`);
    expect(ms).toBeLessThan(2 * usual);
    const { text } = await details().expect(200);
    expect(JSON.parse(text)).toMatchObject({ status: 'degraded' });
    await outside('/health/ready').expect(200, { status: 'ok' });
    toRabbit.mend();
    await redis.start();
    await eventually(async () => (await report()).dependencies.rabbitmq!.status === 'up');
  });

  it('is not ready without MongoDB, answers in time, and does not reveal why', async () => {
    toMongo.blackHole();
    // An earlier answer is cached for a moment; the next check has 1.5 s.
    const seeAway = eventually(async () => {
      const answer = await outside('/health/ready');
      return answer.status === 503 ? answer : undefined;
    });
    const [[{ body }, ms], usual] = await Promise.all([msOf(seeAway), usualMs(1_750)]);
    expect(ms).toBeLessThan(2 * usual);
    expect(JSON.stringify(body)).not.toMatch(/mongo|database|ECONN/i);
    const page = await outside('/').set('Accept', 'text/html').expect(200);
    expect(page.text).toContain('The API is unavailable.');
    expect(page.text).not.toMatch(/mongo|database|ECONN|is up/i);
    await outside('/')
      .expect(200)
      .expect('Content-Type', /^application\/json/);
    await request(api.server).get('/health/live').expect(200);
    toMongo.mend();
    await eventually(async () => (await outside('/health/ready')).status === 200);
  });
});
