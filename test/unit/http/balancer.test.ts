import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBalancers, leaveWithHelp, type Balancers } from '../../../src/http/server/balancer';
import { serve } from '../../support/serve';
import { startVanished } from '../../support/vanished';
import { eventually } from '../../support/wait';

let nginx: Server;
let balancers: Balancers;
let askedAt: number;
/** What NGINX does with the nth probe: it asks this worker, which may be slow, or another one; or answers late. */
let does: (probe: number) => 'this' | 'this, slowly' | 'another' | 'late';
let answeredHere: number;
const delayMs = { this: 0, 'this, slowly': 700, another: 0, late: 1_500 };
const lastRequestAt = () => askedAt;

beforeEach(async () => {
  let probes = 0;
  warnings.length = 0;
  answeredHere = 0;
  askedAt = performance.now() - 5_000;
  const served = await serve(({ url }, response) => {
    probes += 1;
    const what = does(probes);
    const isHere = what.startsWith('this');
    if (isHere) {
      askedAt = performance.now();
      balancers.note(url!);
    }
    response.once('finish', () => (answeredHere += isHere ? 1 : 0));
    setTimeout(() => response.end(), delayMs[what]).unref();
  });
  nginx = served.server;
  balancers = create([served.url]);
});

const warnings: unknown[] = [];
const create = (urls: string[]) =>
  createBalancers({ urls, lastRequestAt, logger: { warn: (about: unknown) => void warnings.push(about) } });

const msOf = async (work: Promise<void>): Promise<number> => {
  const began = performance.now();
  await work;
  return performance.now() - began;
};

describe('a worker that leaves NGINX', () => {
  it('leaves once it is quiet while others are answered', async () => {
    does = (probe) => (probe <= 12 ? 'this' : 'another');
    await balancers.leave();
    expect(performance.now() - askedAt).toBeGreaterThanOrEqual(300);
  });

  it('waits for its own slow answers, since NGINX does not count aborted ones', async () => {
    does = () => (answeredHere < 6 ? 'this, slowly' : 'another');
    await balancers.leave();
    expect(answeredHere).toBeGreaterThanOrEqual(6);
  });

  it('does not mistake a busy host for being passed over', async () => {
    let isStarved = true;
    does = (probe) => (isStarved ? (probe <= 4 ? 'this' : 'late') : 'another');
    const left = balancers.leave();
    await expect(Promise.race([left.then(() => 'left'), sleep(1_800, 'waits')])).resolves.toBe('waits');
    // NGINX may ask it again by now, so the quiet proves nothing until the next request.
    isStarved = false;
    await expect(Promise.race([left.then(() => 'left'), sleep(900, 'waits')])).resolves.toBe('waits');
    askedAt = performance.now();
    await left;
    expect(performance.now() - askedAt).toBeLessThan(1_500);
  });

  it('needs no request if NGINX never asked it', async () => {
    does = () => 'another';
    expect(await msOf(balancers.leave())).toBeLessThan(5_000);
  });

  it('does not wait if there is no NGINX', async () => {
    nginx.close();
    expect(await msOf(balancers.leave())).toBeLessThan(5_000);
    expect(await msOf(balancers.join())).toBeLessThan(3_000);
  });

  it('has joined when it is asked, not when NGINX is late', async () => {
    does = (probe) => (probe <= 2 ? 'late' : probe <= 4 ? 'another' : 'this');
    await balancers.join();
    expect(performance.now() - askedAt).toBeLessThan(1_000);
  });

  it('counts its failures, also when it had begun to join and that ends meanwhile', async () => {
    let probes = 0;
    let ends = () => {};
    const stuck = new Promise<void>((resolve) => (ends = resolve));
    // The probe of the attempt to join comes first, and is answered while this worker leaves.
    const served = await serve(({ url }, response) => {
      probes += 1;
      if (probes === 1) return void stuck.then(() => response.end());
      if (probes <= 20) {
        askedAt = performance.now();
        if (probes > 8) ends();
        if (probes > 12) balancers.note(url!);
      }
      // The 300 ms of quiet last for few probes.
      setTimeout(() => response.end(), 20);
    });
    balancers = create([served.url]);
    askedAt = performance.now() - 5_000;
    const joined = balancers.join();
    await eventually(() => probes === 1);
    await Promise.all([joined, balancers.leave()]);
    // Without its own count it asks 160 times.
    expect(probes).toBeLessThan(160);
  });

  it('leaves with the help of a sibling once nothing comes here while the sibling asks', async () => {
    does = (probe) => (probe <= 40 ? 'this' : 'another');
    let helped = 0;
    const help = () => {
      helped += 1;
      return helped === 1 ? Promise.reject(new Error('The sibling is busy')) : balancers.ask();
    };
    await leaveWithHelp(help, lastRequestAt);
    expect(helped).toBe(4);
  });
});

describe('a worker behind several NGINX', () => {
  /** Starts another NGINX, which sends the nth probe here if `isHere` says so. */
  const another = async (isHere: (probe: number) => boolean) => {
    let probes = 0;
    const { url } = await serve((request, response) => {
      probes += 1;
      if (isHere(probes)) {
        askedAt = performance.now();
        balancers.note(request.url!);
      }
      response.end();
    });
    return url;
  };

  it('leaves once each of them passes it over', async () => {
    let hereByOther = 0;
    const first = await another((probe) => probe <= 3);
    const second = await another((probe) => probe > 20 && probe <= 24 && (hereByOther += 1) > 0);
    balancers = create([first, second]);
    await balancers.leave();
    expect(hereByOther).toBe(4);
    expect(performance.now() - askedAt).toBeGreaterThanOrEqual(300);
    expect(warnings).toEqual([]);
  });

  it('leaves without one whose host vanished, and logs it', async () => {
    const { port, stop } = await startVanished('127.0.0.1');
    balancers = create([await another((probe) => probe <= 3), `http://127.0.0.1:${port}`]);
    await balancers.leave();
    expect(warnings).toEqual([{ nginx: `127.0.0.1:${port}`, reason: 'NGINX does not answer' }]);
    await balancers.join();
    stop();
  });

  it('gives up on one that accepts connections and does not answer, and logs it', async () => {
    const { url } = await serve(() => {});
    balancers = create([await another((probe) => probe <= 3), url]);
    await balancers.leave();
    expect(warnings).toEqual([
      { nginx: new URL(url).host, reason: 'NGINX does not answer in time' },
      expect.stringContaining('may still send requests here'),
    ]);
  });

  it('leaves without one that is gone, and one that redirects, and logs them', async () => {
    const { url: gone, server } = await serve(() => {});
    server.close();
    const { url: redirects } = await serve((_request, response) => response.writeHead(308).end());
    balancers = create([await another((probe) => probe <= 3), gone, redirects]);
    await balancers.leave();
    expect(warnings).toEqual([
      { nginx: new URL(gone).host, reason: 'NGINX does not answer' },
      { nginx: new URL(redirects).host, reason: expect.stringContaining('redirects') },
    ]);
  });

  it('does not leave because NGINX refuses its probes by a limit', async () => {
    let probes = 0;
    const { url } = await serve((_request, response) => response.writeHead(++probes > 300 ? 200 : 429).end());
    balancers = create([url]);
    await balancers.leave();
    expect(probes).toBeGreaterThan(300);
  });

  it('has joined once each of them has sent a request here', async () => {
    let isSecondHere = false;
    const second = await another((probe) => (isSecondHere = probe > 5));
    balancers = create([await another(() => true), second]);
    await balancers.join();
    expect(isSecondHere).toBe(true);
  });

  it('has a sibling ask each of them, except one that is away', async () => {
    const asked = [0, 0];
    const urls = await Promise.all(asked.map((_, index) => another(() => (asked[index]! += 1) < 0)));
    const { url: gone, server } = await serve(() => {});
    server.close();
    balancers = create([...urls, gone]);
    await balancers.ask();
    expect(asked).toEqual([32, 32]);
    balancers = create([gone]);
    await expect(balancers.ask()).rejects.toThrow('NGINX does not answer');
  });
});
