import { readFileSync } from 'node:fs';
import path from 'node:path';
import { problemSchema } from '../../src/schemas/values';
import { ORIGIN, useCluster } from '../support/cluster';
import { sendRaw } from '../support/raw-client';
import { eventually } from '../support/wait';

const cluster = useCluster();

/** Sends the text unchanged: a client library would correct or refuse these requests. */
const raw = (text: string) => sendRaw(Number(new URL(cluster.url).port), text);

const request = (line: string, headers = '') =>
  raw(`${line}\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n`);

describe('NGINX', () => {
  it.each([
    [
      'a picture over 6 MB',
      () => request(`PUT /users/${'a'.repeat(24)}/avatar HTTP/1.1`, 'Content-Length: 7000000\r\n'),
      413,
    ],
    [
      'headers that only the worker refuses',
      () =>
        request(
          'GET /tasks HTTP/1.1',
          ['A', 'B', 'C'].map((name) => `X-${name}: ${'x'.repeat(7_000)}\r\n`).join(''),
        ),
      431,
    ],
    ["NGINX's own page of problems", () => request('GET /problem HTTP/1.1'), 404],
    ["a worker's figures", () => request('GET /metrics HTTP/1.1'), 404],
    ["a worker's details", () => request('GET /health/ready/details HTTP/1.1'), 404],
    ["a worker's figures, written otherwise", () => request('GET /METRICS/ HTTP/1.1'), 404],
    ['no Host', () => raw('GET /tasks HTTP/1.1\r\nConnection: close\r\n\r\n'), 400],
  ])('answers %s with a problem', async (_name, send, status) => {
    const answer = await send();
    const [head, body] = answer.split('\r\n\r\n');
    // The request names no origin.
    expect(head).not.toMatch(/access-control-allow-origin/i);
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toMatch(/content-type: application\/problem\+json/i);
    const problem = problemSchema.parse(JSON.parse(body!));
    expect(problem.status).toBe(status);
    expect(head).toContain(problem.requestId);
  });

  it("does not forward a client's request id", async () => {
    const answer = await request('GET /health/live HTTP/1.1', 'X-Request-Id: my-own-id\r\n');
    expect(answer).toMatch(/x-request-id: [0-9a-f]{32}/i);
  });

  it('believes no client, and exempts no one from limits who seems to come through a proxy', async () => {
    const forged = { 'X-Forwarded-For': '203.0.113.9' };
    const { port } = (await cluster.apiWorkers())[0]!;
    const direct = await fetch(`http://127.0.0.1:${port}/tasks`, { headers: forged });
    expect(direct.headers.get('ratelimit')).toMatch(/^"default"/);
    const own = await fetch(`${cluster.url}/tasks`);
    expect(own.status).toBe(401);
    expect(own.headers.get('ratelimit')).toBeNull();
    const left = async (address: string) => {
      const { headers } = await fetch(`${cluster.url}/tasks`, { headers: { 'X-Forwarded-For': address } });
      return Number(/r=(\d+)/.exec(headers.get('ratelimit')!)![1]);
    };
    const first = await left('203.0.113.9');
    expect(await left('203.0.113.10')).toBe(first - 1);
    expect(await left('127.0.0.1')).toBe(first - 2);
  });

  it('answers 503 or 502 as a problem with Retry-After while no worker runs', async () => {
    await cluster.stack.pm2(['stop', 'taskfleet-api']);
    try {
      const headers = { origin: ORIGIN };
      const response = await fetch(`${cluster.url}/tasks`, { headers, signal: AbortSignal.timeout(30_000) });
      expect([502, 503]).toContain(response.status);
      expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(problemSchema.parse(await response.json()).status).toBe(response.status);
    } finally {
      await cluster.stack.pm2(['start', 'taskfleet-api'], { timeoutMs: 60_000 });
    }
  }, 90_000);

  const read = (...names: string[]) => readFileSync(path.join(process.env.TEST_STACK_DIR!, ...names), 'utf8');

  it('logs the path, and neither the query nor the referrer', async () => {
    // NGINX tries idle ports as well: each refusal would be a line of the error log.
    for (let count = 0; count < 20; count++)
      await request('GET /tasks?token=hidden-1 HTTP/1.1', 'Referer: http://x/?password=hidden-2\r\n');
    await request('DELETE /metrics/gone?token=hidden-3 HTTP/1.1');
    await eventually(() =>
      read('nginx', 'access.log').includes('"method":"DELETE","path":"/metrics/gone","status":404'),
    );
    expect(read('nginx', 'access.log') + read('logs', 'nginx.log')).not.toMatch(/hidden-/);
  });

  it('truncates the logged path, and ends it before a possible parameter', async () => {
    const mark = `/cut-${Date.now()}`;
    const addresses = [
      ';token=hidden-4',
      '/token=hidden-5',
      '%3Ftoken%3Dhidden-6',
      '%253Ftoken=hidden-7',
      '#hidden-8',
    ];
    for (const [index, rest] of addresses.entries()) await request(`GET ${mark}-${index}${rest} HTTP/1.1`);
    await request(`GET ${mark}-${'%C3%A9'.repeat(1_300)} HTTP/1.1`);
    await request(`${'X'.repeat(5_000)} ${mark} HTTP/1.1`);
    const lines = () => read('nginx', 'access.log').split('\n');
    const logged = () => lines().filter((line) => line.includes(mark));
    // Each process of NGINX writes its lines after a delay of its own.
    await eventually(() => logged().length === addresses.length + 2);
    expect(logged().map((line) => (JSON.parse(line) as { path: string }).path)).toEqual(
      expect.arrayContaining([`${mark}-0`, `${mark}-1/token`, `${mark}-2`, `${mark}-3`, `${mark}-4`]),
    );
    expect(lines().filter((line) => line.length > 2_000 || line.includes('hidden-'))).toEqual([]);
  });
});
