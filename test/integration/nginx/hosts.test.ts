import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { methods, startNginx, startStub } from '../../support/balancer';
import { freePort } from '../../support/free-port';

type Stub = Awaited<ReturnType<typeof startStub>>;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function openStub(host: string): Promise<Stub> {
  const stub = await startStub(host);
  ends.push(stub.stop);
  return stub;
}

const addressOf = ({ host, port }: Pick<Stub, 'host' | 'port'>) => `${host}:${port}`;

/** Stands for a host that vanished: it neither accepts nor refuses connections, since its queue is full. */
async function startVanished(host: string) {
  const port = await freePort();
  const code = `require('net').createServer().listen({ host: '${host}', port: ${port}, backlog: 1 }, () => console.log('ready'))`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
  ends.push(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  child.kill('SIGSTOP');
  const sockets: Socket[] = Array.from({ length: 4 }, () => connect(port, host).on('error', () => {}));
  ends.push(() => sockets.forEach((socket) => socket.destroy()));
  return { host, port };
}

async function sendAll(url: string, count: number, method: 'GET' | 'POST' = 'GET'): Promise<number[]> {
  const statuses: number[] = [];
  const send = async () => {
    while (count-- > 0) {
      const body = method === 'POST' ? '{}' : undefined;
      const response = await fetch(url, { method, body, signal: AbortSignal.timeout(20_000) });
      await response.arrayBuffer();
      statuses.push(response.status);
    }
  };
  await Promise.all(Array.from({ length: 8 }, send));
  return statuses;
}

const all = (count: number, status: number) => Array<number>(count).fill(status);

describe.each(methods)('%s with API_HOSTS', (balancing) => {
  async function start(own: Stub, others: Pick<Stub, 'host' | 'port'>[]) {
    const nginx = await startNginx([own.port], {
      balancing,
      edge: { API_HOSTS: others.map(addressOf).join() },
    });
    ends.push(nginx.stop);
    return nginx;
  }

  it('reaches the workers of this host and of others, and sends each POST once', async () => {
    const stubs = await Promise.all(['127.0.0.1', '127.0.0.2', '127.0.0.3', '[::1]'].map(openStub));
    const [own, ...others] = stubs;
    const { url } = await start(own!, others);
    expect(await sendAll(url, 300, 'POST')).toEqual(all(300, 200));
    expect(stubs.reduce((sum, { seen }) => sum + seen, 0)).toBe(300);
    for (const { seen } of stubs) expect(seen).toBeGreaterThan(10);
  });

  it('loses nothing while a host vanishes without a word, and tries it seldom', async () => {
    const own = await openStub('127.0.0.1');
    const other = await openStub('127.0.0.2');
    const gone = await startVanished('127.0.0.3');
    const { url, logged } = await start(own, [other, gone]);
    expect(await sendAll(url, 600, 'POST')).toEqual(all(600, 200));
    const tries = (await logged('/', 600))
      .flatMap(({ upstream }) => String(upstream).split(', '))
      .filter((address) => address === addressOf(gone));
    expect(tries.length).toBeGreaterThan(0);
    // One for each connection before it is known to be gone, and then one every fail_timeout.
    expect(tries.length).toBeLessThan(30);
    expect(own.seen + other.seen).toBe(600);
  });

  it('finds a host again that was away', async () => {
    const own = await openStub('127.0.0.1');
    const other = await openStub('127.0.0.2');
    const { url } = await start(own, [other]);
    await other.stop();
    expect(await sendAll(url, 50)).toEqual(all(50, 200));
    await other.start();
    for (const began = Date.now(); other.seen === 0 && Date.now() - began < 20_000;)
      expect(await sendAll(url, 50)).toEqual(all(50, 200));
    expect(other.seen).toBeGreaterThan(0);
  });
});
