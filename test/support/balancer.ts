import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hasLua } from '../../tools/local-servers/servers/nginx-lua';
import type { Edge } from '../../tools/local-servers/edge';
import { takeEdge } from '../../tools/local-servers/servers/nginx-edge';
import type { Balancing } from '../../tools/local-servers/types';
import { freePort } from './free-port';
import { eventually } from './wait';
import { nobody } from '../../tools/local-servers/logins';
import { nginx } from '../../tools/local-servers/servers/nginx';

const root = path.join(__dirname, '..', '..');

// `npm test` installs Lua if there is a package; without it the stack refuses the method (test/unit/scripts/nginx.test.ts).
export const withLua: Balancing[] = hasLua() ? ['response-time'] : [];
export const methods: Balancing[] = ['round-robin', 'least-connections', ...withLua];

/** Starts a stand-in for an API worker whose delay, status and faults a test sets. */
export async function startStub(host = '127.0.0.1') {
  const stub = { host, port: await freePort(), delayMs: 2, status: 200, breaks: false, seen: 0, stop, start };
  let server: Server;
  async function start() {
    server = createServer((request, response) => {
      stub.seen += 1;
      request.resume().once('end', () => {
        if (stub.breaks) return void request.socket.destroy();
        const { port, delayMs, status } = stub;
        setTimeout(() => response.writeHead(status, { 'x-worker': port }).end('{}'), delayMs);
      });
    });
    server.listen(stub.port, host.replace(/[[\]]/g, ''));
    await once(server, 'listening');
  }
  async function stop() {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await start();
  return stub;
}

interface NginxOptions {
  balancing?: Balancing;
  corsOrigins?: string;
  limitExempt?: string;
  edge?: Edge;
  /** Texts of the configuration to replace: before and after. */
  otherwise?: [string, string][];
}

/** Starts an NGINX before API workers at these ports. */
export async function startNginx(
  apiPorts: number[],
  { balancing = 'round-robin', corsOrigins, limitExempt, edge = {}, otherwise = [] }: NginxOptions = {},
) {
  const dir = mkdtempSync(path.join(tmpdir(), 'taskfleet-nginx-'));
  const ports = { nginx: await freePort(), metrics: await freePort() };
  const found = nginx.find();
  if (!found) throw new Error('NGINX was not found');
  const settings = { balancing, corsOrigins, limitExempt, edge };
  const context = { root, dir, ports, found, ...nobody, apiPorts, ...settings };
  await takeEdge(dir, edge, false);
  const [server] = nginx.prepare(context);
  const file = path.join(dir, 'nginx.conf');
  for (const [before, after] of otherwise) {
    const text = readFileSync(file, 'utf8');
    if (!text.includes(before)) throw new Error(`nginx.conf has no "${before}"`);
    writeFileSync(file, text.replace(before, after));
  }
  const child = spawn(server!.script, server!.args, { stdio: 'ignore' });
  await eventually(() => nginx.ping(context).catch(() => false));

  const log = () =>
    readFileSync(path.join(dir, 'access.log'), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  return {
    dir,
    port: ports.nginx,
    url: `http://127.0.0.1:${ports.nginx}`,
    log,
    /** Waits for `count` lines of the access log with this path, and returns them. */
    logged: (of: string, count: number): Promise<Record<string, unknown>[]> =>
      eventually(() => {
        const found = log().filter((line) => line.path === of);
        return found.length >= count ? found : undefined;
      }),
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit', { signal: AbortSignal.timeout(30_000) });
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Starts an NGINX before `count` stubs that listen and `idle` ports on which nobody does. */
export async function startBalancer(balancing: Balancing, { count = 2, idle = 0 } = {}) {
  const stubs = await Promise.all(Array.from({ length: count + idle }, () => startStub()));
  const apiPorts = stubs.map(({ port }) => port);
  await Promise.all(stubs.slice(count).map((stub) => stub.stop()));
  const { url, stop } = await startNginx(apiPorts, { balancing });

  async function ask(method: 'GET' | 'POST'): Promise<number> {
    const body = method === 'POST' ? '{}' : undefined;
    const signal = AbortSignal.timeout(20_000);
    const response = await fetch(url, { method, body, signal });
    await response.arrayBuffer();
    return response.status;
  }

  return {
    stubs: stubs.slice(0, count),
    /** Sends this many requests, 8 at a time, and returns their statuses. */
    async load(requests: number, method: 'GET' | 'POST' = 'GET'): Promise<number[]> {
      stubs.forEach((stub) => (stub.seen = 0));
      const statuses: number[] = [];
      const send = async () => {
        while (requests-- > 0) statuses.push(await ask(method));
      };
      await Promise.all(Array.from({ length: 8 }, send));
      return statuses;
    },
    async stop() {
      await stop();
      await Promise.all(stubs.slice(0, count).map((stub) => stub.stop()));
    },
  };
}
