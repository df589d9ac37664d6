import { createServer } from 'node:http';
import { createBalancers } from '../../../src/http/server/balancer';
import { methods, startNginx, startStub } from '../../support/balancer';
import { listen } from '../../support/listen';
import { startVanished } from '../../support/vanished';

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
    ends.push(gone.stop);
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

describe('a worker behind two NGINX', () => {
  it('leaves both before its port closes, and joins both', async () => {
    const stub = await openStub('127.0.0.2');
    let isDraining = false;
    let seen = 0;
    let lastRequestAt = performance.now();
    const worker = createServer(({ url = '' }, response) => {
      lastRequestAt = performance.now();
      balancers.note(url);
      if (!url.startsWith('/health/serving')) seen += 1;
      else if (isDraining) response.statusCode = 503;
      response.end();
    });
    const port = await listen(worker);
    ends.push(() => worker.close());
    const both = await Promise.all(
      [1, 2].map(() => startNginx([port], { edge: { API_HOSTS: addressOf(stub) } })),
    );
    for (const { stop } of both) ends.push(stop);
    const warnings: unknown[] = [];
    const balancers = createBalancers({
      urls: both.map(({ url }) => url),
      lastRequestAt: () => lastRequestAt,
      logger: { warn: (about: unknown) => void warnings.push(about) },
    });
    const sendToBoth = () => Promise.all(both.map(({ url }) => sendAll(url, 100, 'POST')));
    await sendToBoth();
    expect(seen).toBeGreaterThan(20);

    isDraining = true;
    const load = sendToBoth();
    await balancers.leave();
    const before = seen;
    expect((await load).flat()).toEqual(all(200, 200));
    expect((await Promise.all(both.map(({ url }) => sendAll(url, 10, 'POST')))).flat()).toEqual(all(20, 200));
    expect(seen).toBe(before);

    isDraining = false;
    await balancers.join();
    await sendToBoth();
    expect(seen).toBeGreaterThan(before + 20);
    expect(warnings).toEqual([]);
  });
});
