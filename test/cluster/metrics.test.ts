import { setTimeout as sleep } from 'node:timers/promises';
import { by, send, useCluster } from '../support/cluster';
import { expressions, lintMetrics, rules, startPrometheus } from '../support/prometheus';
import { newPicture } from '../support/pictures';
import { eventually } from '../support/wait';

let port: number;
let address: string;

const cluster = useCluster();
beforeAll(async () => {
  port = cluster.stack.info().ports.metrics!;
  address = `127.0.0.1:${port}`;
}, 120_000);

const read = async () => (await send(`http://${address}`, 'GET', '/metrics')).body as string;
const WORKERS = ['api-0', 'api-1', 'worker-0'];
/** The names that it can be asked for. */
const namesIn = (text: string) =>
  new Set(
    [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name, type]) =>
      type === 'histogram' ? ['bucket', 'count', 'sum'].map((end) => `${name}_${end}`) : [name!],
    ),
  );

describe('the metrics of a cluster', () => {
  it('tells the figures of all processes at one address of this machine', async () => {
    await Promise.all(Array.from({ length: 4 }, () => send(cluster.url, 'GET', '/tasks')));
    const text = await read();
    for (const worker of WORKERS)
      expect(text).toMatch(new RegExp(`^taskfleet_build_info{.*worker="${worker}"`, 'm'));
    const counted = [
      ...text.matchAll(
        /^http_request_duration_seconds_count{.*route="\/tasks",status="401".*worker="(.+?)"/gm,
      ),
    ].map(([, worker]) => worker);
    // Other tests of this cluster have asked with other methods.
    expect([...new Set(counted)].sort()).toEqual(['api-0', 'api-1']);
    expect((await send(`http://${address}`, 'GET', '/tasks')).status).toBe(404);
    for (const path of ['/metrics', '/metrics/all'])
      expect((await send(cluster.url, 'GET', path)).status).toBe(404);
  });

  it('has every figure that the dashboard and the alerts ask for', async () => {
    const names = namesIn(
      await eventually(async () => {
        const text = await read();
        return text.includes('taskfleet_rabbit_messages{') ? text : undefined;
      }),
    );
    const asked = expressions.flatMap((expr) => expr.match(/\b(taskfleet|http|nodejs|process)_\w+/g) ?? []);
    expect(asked.length).toBeGreaterThan(30);
    expect([...new Set(asked)].filter((name) => !names.has(name))).toEqual([]);
  });

  it('names its metrics as Prometheus would have them', async () => {
    const faults = (await lintMetrics(await read()))
      .split('\n')
      .filter((line) => /^(taskfleet|http)_/.test(line));
    expect(faults).toEqual([]);
    expect(await lintMetrics('taskfleet_late_milliseconds 1\n')).toMatch(/^taskfleet_late_milliseconds /m);
  });

  it('tells what is behind it at the port of a worker alone', async () => {
    const [worker] = await cluster.apiWorkers();
    const own = await get(`http://127.0.0.1:${worker!.port}/health/ready`);
    expect(own).toMatchObject({
      status: 'ok',
      draining: false,
      started: true,
      dependencies: { mongodb: { status: 'up' }, redis: { status: 'up' }, rabbitmq: { status: 'up' } },
    });
    for (const path of ['live', 'ready', 'startup'])
      expect(await get(`${cluster.url}/health/${path}`)).toEqual({ status: 'ok' });
  });

  it('Prometheus scrapes it, and every question has an answer', async () => {
    const server = await startPrometheus(port);
    try {
      await eventually(async () => {
        const found = await server.query('taskfleet_build_info');
        return WORKERS.every((worker) => found.some(({ metric }) => metric.worker === worker));
      });
      const [up] = await server.query('up{job="taskfleet"}');
      expect(up!.value[1]).toBe('1');
      for (const expr of expressions) await server.query(expr);
      const evaluated = await eventually(async () => {
        const { groups } = await server.ask<{ groups: Group[] }>('rules');
        const all = groups.flatMap((group) => group.rules);
        return all.every(({ health }) => health !== 'unknown') ? all : undefined;
      });
      expect(evaluated).toHaveLength(rules.length);
      expect(evaluated.filter(({ health }) => health !== 'ok')).toEqual([]);
      // What alerts at once would alert in a stack where all is well.
      const firing = evaluated.filter(({ state }) => state === 'firing').map(({ name }) => name);
      expect(firing.filter((name) => !['JobsFail', 'DeadLetters'].includes(name))).toEqual([]);
    } finally {
      await server.stop();
    }
  });

  it('the first job that fails raises the alert', async () => {
    const admin = await cluster.buildAdmin();
    const before = await cluster.jobWorker();
    // Others may have failed in it already.
    process.kill(before.pid, 'SIGKILL');
    const count = 'taskfleet_job_duration_seconds_count{outcome="failed"}';
    const server = await startPrometheus(port);
    try {
      await eventually(async () => (await server.query(`${count} == 0`)).length === 1);
      // As long as it may take until it is asked again.
      await sleep(2_000);
      const damaged = (await newPicture('png', 600, 600)).subarray(0, 1_000);
      const { status } = await by(cluster, admin).put(`/users/${admin.id}/avatar`, damaged);
      expect(status).toBe(202);
      const firing = 'ALERTS{alertname="JobsFail",alertstate="firing",type="resize-avatar"}';
      await eventually(async () => (await server.query(firing)).length === 1);
    } finally {
      await server.stop();
    }
  });

  interface Group {
    rules: { name: string; health: string; state: string }[];
  }

  const get = (url: string): Promise<unknown> => fetch(url).then((answer) => answer.json());
});
