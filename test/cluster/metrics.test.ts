import { setTimeout as sleep } from 'node:timers/promises';
import { by, HOST_NAME, send, useCluster } from '../support/cluster';
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
/** The names that a query can use. */
const namesIn = (text: string) =>
  new Set(
    [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name, type]) =>
      type === 'histogram' ? ['bucket', 'count', 'sum'].map((end) => `${name}_${end}`) : [name!],
    ),
  );

describe('the metrics', () => {
  it('of all processes are at one address of this host', async () => {
    await Promise.all(Array.from({ length: 4 }, () => send(cluster.url, 'GET', '/tasks')));
    const text = await read();
    for (const worker of WORKERS)
      expect(text).toMatch(new RegExp(`^taskfleet_build_info{.*host="${HOST_NAME}",worker="${worker}"`, 'm'));
    const counted = [
      ...text.matchAll(
        /^http_request_duration_seconds_count{.*route="\/tasks",status="401".*worker="(.+?)"/gm,
      ),
    ].map(([, worker]) => worker);
    // Other tests of this cluster have used other methods.
    expect([...new Set(counted)].sort()).toEqual(['api-0', 'api-1']);
    expect((await send(`http://${address}`, 'GET', '/tasks')).status).toBe(404);
    for (const path of ['/metrics', '/metrics/all'])
      expect((await send(cluster.url, 'GET', path)).status).toBe(404);
  });

  it('include every metric that the dashboard and the alerts query', async () => {
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

  it('have names that Prometheus recommends', async () => {
    const faults = (await lintMetrics(await read()))
      .split('\n')
      .filter((line) => /^(taskfleet|http)_/.test(line));
    expect(faults).toEqual([]);
    expect(await lintMetrics('taskfleet_late_milliseconds 1\n')).toMatch(/^taskfleet_late_milliseconds /m);
  });

  it('are scraped by Prometheus, and answer every query', async () => {
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
      // An alert that fires at once would fire in a healthy stack.
      const firing = evaluated.filter(({ state }) => state === 'firing').map(({ name }) => name);
      expect(firing.filter((name) => !['JobsFail', 'DeadLetters'].includes(name))).toEqual([]);
    } finally {
      await server.stop();
    }
  });

  it('raise the alert for the first job that fails', async () => {
    const admin = await cluster.buildAdmin();
    const before = await cluster.jobWorker();
    // Earlier jobs may have failed in it.
    process.kill(before.pid, 'SIGKILL');
    const count = 'taskfleet_job_duration_seconds_count{outcome="failed"}';
    const server = await startPrometheus(port);
    try {
      await eventually(async () => (await server.query(`${count} == 0`)).length === 1);
      // The longest time until the next scrape.
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
});
