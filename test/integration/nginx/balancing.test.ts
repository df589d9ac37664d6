import { setTimeout as sleep } from 'node:timers/promises';
import { methods, startBalancer, withLua } from '../../support/balancer';
import { eventually } from '../../support/wait';

let balancer: Awaited<ReturnType<typeof startBalancer>>;
afterEach(() => balancer.stop());

const all = (count: number, status: number) => Array<number>(count).fill(status);
const share = (index: number) =>
  balancer.stubs[index]!.seen / balancer.stubs.reduce((sum, { seen }) => sum + seen, 0);

describe.each(methods)('%s', (method) => {
  it('reaches every worker, past ports that nobody listens on, and sends each POST once', async () => {
    balancer = await startBalancer(method, { count: 3, idle: 5 });
    expect(await balancer.load(300, 'POST')).toEqual(all(300, 200));
    expect(balancer.stubs.reduce((sum, { seen }) => sum + seen, 0)).toBe(300);
    for (const { seen } of balancer.stubs) expect(seen).toBeGreaterThan(10);
  });

  it('serves on when a worker goes, and finds it again when it is back', async () => {
    balancer = await startBalancer(method);
    await balancer.load(50);
    await balancer.stubs[0]!.stop();
    // Longer than NGINX keeps a connection, on which a POST may not be tried again.
    await sleep(1_200);
    expect(await balancer.load(100, 'POST')).toEqual(all(100, 200));
    await balancer.stubs[0]!.start();
    await eventually(async () => (await balancer.load(50)) && balancer.stubs[0]!.seen > 10);
  });

  it('never repeats a POST that a worker took and broke off', async () => {
    balancer = await startBalancer(method);
    balancer.stubs[0]!.breaks = true;
    const statuses = await balancer.load(40, 'POST');
    const [broken, whole] = balancer.stubs.map(({ seen }) => seen);
    expect(broken).toBeGreaterThan(0);
    expect(statuses.filter((status) => status === 502)).toHaveLength(broken!);
    expect(statuses.filter((status) => status === 200)).toHaveLength(whole!);
    expect(broken! + whole!).toBe(40);
  });
});

describe('NGINX', () => {
  it('round-robin gives workers as much as each other, a slow one too', async () => {
    balancer = await startBalancer('round-robin');
    balancer.stubs[0]!.delayMs = 40;
    await balancer.load(200);
    expect(share(0)).toBeCloseTo(0.5, 1);
  });

  it.each(methods.slice(1))('%s gives a slow worker less', async (method) => {
    balancer = await startBalancer(method);
    // Far slower than the other on a machine that delays both.
    balancer.stubs[0]!.delayMs = 200;
    await balancer.load(400);
    expect(share(0)).toBeLessThan(0.35);
  });

  describe.each(withLua)('%s', (method) => {
    it.each([503, 502])('takes a worker that answers %d at once for a slow one', async (status) => {
      balancer = await startBalancer(method);
      balancer.stubs[0]!.delayMs = 0;
      balancer.stubs[0]!.status = status;
      balancer.stubs[1]!.delayMs = 10;
      await balancer.load(200);
      expect(share(0)).toBeLessThan(0.35);
    });

    it('leaves a worker in rotation after errors that a client provoked', async () => {
      balancer = await startBalancer(method);
      await balancer.load(50);
      balancer.stubs[0]!.status = 503;
      await balancer.load(100);
      balancer.stubs[0]!.status = 200;
      await balancer.load(200);
      // A worker that is taken for slow has none.
      expect(share(0)).toBeGreaterThan(0.1);
    });

    it('asks a slow worker again, and gives it its share once it is quick', async () => {
      balancer = await startBalancer(method);
      balancer.stubs[0]!.delayMs = 40;
      await balancer.load(400);
      balancer.stubs[0]!.delayMs = 2;
      await eventually(async () => (await balancer.load(100)) && share(0) > 0.3, 25_000);
    });

    it('begins with one that is new as with a middling one', async () => {
      balancer = await startBalancer(method, { count: 3 });
      balancer.stubs[0]!.delayMs = 60;
      await balancer.stubs[2]!.stop();
      await balancer.load(200);
      await balancer.stubs[2]!.start();
      await eventually(async () => (await balancer.load(60)) && balancer.stubs[2]!.seen > 0);
      // It isn't flooded, and it isn't left out.
      await eventually(async () => (await balancer.load(100)) && share(2) > 0.2 && share(2) < 0.8);
    });
  });
});
