import { connect } from 'node:net';
import request from 'supertest';
import { startApi } from '../../support/api';
import { buildTask, cachedRead } from '../../support/factories';
import { eventually } from '../../support/wait';
import { useAdmin, useApi } from '../../support/use-api';
import { portOf } from '../../support/listen';

// Comparing a password takes a quarter of a second.
const api = useApi({ BCRYPT_COST: '12' });
const admin = useAdmin(api);

/** The value of a line of Prometheus' text format; 0 if it is not there yet. */
async function valueOf(name: string): Promise<number> {
  const { text } = await request(api.door).get('/metrics').expect(200);
  const lines = text
    .split('\n')
    .map((line: string) => line.replace(/,?host="test-host",worker="api-0",?/, '').replace('{}', ''));
  const line = lines.find((candidate: string) => candidate.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}

describe('the metrics of a worker', () => {
  it('count cached reads by class, and 304s without MongoDB', async () => {
    const { _id } = await buildTask(api, admin);
    const path = `/tasks/${_id}`;
    const miss = await cachedRead(api, admin, path);
    const [hits, misses, finds] = await Promise.all([
      valueOf('taskfleet_cache_total{class="task",event="hit"}'),
      valueOf('taskfleet_cache_total{class="task",event="miss"}'),
      valueOf('taskfleet_mongo_commands_total{command="find"}'),
    ]);
    expect(misses).toBe(1);
    const etag = miss.headers.etag as string;
    let answered = 0;
    for (let count = 0; count < 60; count++) {
      const { headers } = await admin.get(path).set('If-None-Match', etag).expect(304);
      if (headers['x-cache'] === 'HIT') answered += 1;
    }
    // A process that was kept from its look at the notices for a second trusts no cache until the next.
    expect(answered).toBeGreaterThan(40);
    expect(await valueOf('taskfleet_cache_total{class="task",event="hit"}')).toBe(hits + answered);
    // The looks at the notices go on meanwhile, a few a second.
    expect(await valueOf('taskfleet_mongo_commands_total{command="find"}')).toBeLessThan(finds + 40);
  });

  it('report durations by route, not by URL', async () => {
    const ids = await Promise.all([1, 2, 3].map(async () => (await buildTask(api, admin))._id));
    const name = 'http_request_duration_seconds_count{method="GET",route="/tasks/:id",status="200"}';
    const before = await valueOf(name);
    for (const id of ids) await admin.get(`/tasks/${id}`).expect(200);
    expect(await valueOf(name)).toBe(before + 3);
    await admin.get('/nowhere/at-all').expect(404);
    expect(
      await valueOf('http_request_duration_seconds_count{method="GET",route="none",status="404"}'),
    ).toBeGreaterThan(0);
  });

  it.each([
    ['get', '/health/live', '/health/live', 200],
    ['get', '/health/ready', '/health/ready', 200],
    ['get', '/health/serving', '/health/serving', 200],
    ['get', '/ops', '/ops', 200],
    ['get', '/ops/ops.css', '/ops/*', 200],
    ['post', '/ops/ops.js', '/ops/*', 405],
    ['post', '/ops/workers/api-0/drain', '/ops/workers/:name/drain', 401],
    ['get', '/docs', '/docs', 308],
    ['get', '/docs/', '/docs/*', 200],
    ['get', '/docs/swagger-ui.css', '/docs/*', 200],
    ['delete', '/tasks', '/tasks', 405],
  ] as const)('counts %s %s as the route %s', async (method, path, route, status) => {
    const name = `http_request_duration_seconds_count{method="${method.toUpperCase()}",route="${route}",status="${status}"}`;
    const before = await valueOf(name);
    await request(api.server)[method](path).expect(status);
    expect(await valueOf(name)).toBeGreaterThan(before);
  });

  it('count neither probes nor scrapes nor the live page as requests of clients', async () => {
    const before = api.live.snapshot();
    for (const path of ['/health/live', '/health/ready', '/health/serving', '/ops', '/ops/ops.js'])
      await request(api.server).get(path).expect(200);
    await request(api.server).get('/ops/failed-jobs').expect(401);
    const after = api.live.snapshot();
    expect([after.total, after.recent]).toEqual([before.total, before.recent]);
    await request(api.server).get('/nowhere').expect(404);
    await request(api.server).get('/docs/').expect(200);
    expect(api.live.snapshot().recent.slice(-2)).toMatchObject([
      { path: 'none', status: 404 },
      { path: '/docs/*', status: 200 },
    ]);
  });

  it('count a client that disconnected as such', async () => {
    const port = portOf(api.server);
    const name = 'http_request_duration_seconds_count{method="POST",route="/users/login",status="499"}';
    const before = await valueOf(name);
    const socket = connect(port, '127.0.0.1');
    const body = JSON.stringify({ email: 'nobody@example.com', password: 'a wrong guess' });
    const head = ['POST /users/login HTTP/1.1', 'Host: x', 'Content-Type: application/json'];
    socket.write([...head, `Content-Length: ${body.length}`, '', body].join('\r\n'));
    // While the password is compared.
    await eventually(async () => (await valueOf('taskfleet_hashes_under_way')) === 1);
    socket.destroy();
    await eventually(async () => (await valueOf(name)) > before);
  });

  it('report hash threads, connections, and the servers behind the worker', async () => {
    expect(await valueOf('taskfleet_hash_threads')).toBe(1);
    expect(await valueOf('taskfleet_hash_queue_limit')).toBeGreaterThan(1);
    expect(await valueOf('taskfleet_mongo_pool_max_connections')).toBe(50);
    const open = await Promise.all(
      ['in_use', 'idle'].map((state) => valueOf(`taskfleet_mongo_pool_connections{state="${state}"}`)),
    );
    expect(open[0]! + open[1]!).toBeGreaterThan(0);
    for (const dependency of ['mongodb', 'redis', 'rabbitmq'])
      expect(await valueOf(`taskfleet_dependency_up{dependency="${dependency}"}`)).toBe(1);
  });

  it('count waiting passwords, and refused ones by reason', async () => {
    const small = await startApi(api.namespace, { BCRYPT_COST: '12', HASH_QUEUE_LIMIT: '1' });
    const read = async () => (await request(small.door).get('/metrics')).text;
    const tell = async (name: string) =>
      Number(new RegExp(`^${name}{.*} ([\\d.]+)$`, 'm').exec(await read())?.[1]);
    const guesses = Array.from({ length: 6 }, (_, i) =>
      request(small.server)
        .post('/users/login')
        .send({ email: `${i}nobody@example.com`, password: 'a wrong guess' })
        .then(({ status }) => status),
    );
    await eventually(async () => (await tell('taskfleet_hashes_under_way')) > 0);
    expect(await tell('taskfleet_hash_expected_wait_seconds')).toBeGreaterThan(0);
    const refused = (await Promise.all(guesses)).filter((status) => status === 503).length;
    expect(refused).toBeGreaterThan(0);
    const text = await read();
    const counts = ['share', 'wait', 'limit'].map((reason) => {
      const line = new RegExp(
        `^taskfleet_requests_refused_total{class="password",reason="${reason}",.*} (\\d+)$`,
        'm',
      );
      return Number(line.exec(text)?.[1]);
    });
    // Loopback is exempt and has no share; on a busy host some would wait too long.
    expect(counts[0]).toBe(0);
    expect(counts[1]! + counts[2]!).toBe(refused);
    expect(await tell('taskfleet_hash_queue_length')).toBe(0);
    await small.close();
  });

  it('count refusals of limits by policy', async () => {
    const limited = await startApi(api.namespace, {
      RATE_LIMIT: '2',
      LOGIN_ATTEMPTS: '1',
      RATE_LIMIT_EXEMPT_LOOPBACK: 'false',
      KEY_PREFIX: `${api.namespace}-limited`,
      BCRYPT_COST: '4',
    });
    const read = async () => (await request(limited.door).get('/metrics').expect(200)).text;
    const before = await read();
    // Present before the first, so that Prometheus sees the increase.
    for (const policy of ['default', 'signup', 'login', 'login-right', 'login-account', 'login-address'])
      expect(before).toMatch(
        new RegExp(`^taskfleet_rate_limit_refused_total{policy="${policy}",.*} 0$`, 'm'),
      );
    const from = (address: string) => request(limited.server).get('/tasks').set('X-Forwarded-For', address);
    for (const status of [401, 401, 429, 429]) await from('198.51.100.7').expect(status);
    const guess = { email: 'nobody@example.com', password: 'a wrong guess' };
    for (const status of [401, 429])
      await request(limited.server)
        .post('/users/login')
        .set('X-Forwarded-For', '198.51.100.8')
        .send(guess)
        .expect(status);
    const text = await read();
    expect(text).toMatch(/^taskfleet_rate_limit_refused_total{policy="default",.*} 2$/m);
    expect(text).toMatch(/^taskfleet_rate_limit_refused_total{policy="login",.*} 1$/m);
    await limited.close();
  });

  it('report 0 for what has not happened yet', async () => {
    const { text } = await request(api.door).get('/metrics').expect(200);
    expect(text).toMatch(/^taskfleet_mongo_pool_checkout_failures_total{reason="timeout",.*} 0$/m);
    expect(text).toMatch(/^taskfleet_cache_total{class="users",event="stale_refused",.*} 0$/m);
  });

  it('report memory, CPU time and the lag of the event loop', async () => {
    for (const name of [
      'process_resident_memory_bytes',
      'process_cpu_seconds_total',
      'nodejs_eventloop_lag_seconds',
    ])
      expect(await valueOf(name)).toBeGreaterThan(0);
  });
});
