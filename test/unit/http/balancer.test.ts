import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { askNginx, joinBalancer, leaveBalancer, leaveWithHelp } from '../../../src/http/server/balancer';
import { serve } from '../../support/serve';

let nginx: Server;
let balancerUrl: string;
let askedAt: number;
/** What NGINX does with the nth probe: it asks this worker, which may be slow, or another one; or answers late. */
let does: (probe: number) => 'this' | 'this, slowly' | 'another' | 'late';
let answeredHere: number;
const delayMs = { this: 0, 'this, slowly': 700, another: 0, late: 1_500 };
const lastRequestAt = () => askedAt;

beforeEach(async () => {
  let probes = 0;
  answeredHere = 0;
  askedAt = performance.now() - 5_000;
  ({ server: nginx, url: balancerUrl } = await serve((_request, response) => {
    probes += 1;
    const what = does(probes);
    const isHere = what.startsWith('this');
    if (isHere) askedAt = performance.now();
    response.once('finish', () => (answeredHere += isHere ? 1 : 0));
    setTimeout(() => response.end(), delayMs[what]).unref();
  }));
});

const msOf = async (work: Promise<void>): Promise<number> => {
  const began = performance.now();
  await work;
  return performance.now() - began;
};

describe('a worker that leaves NGINX', () => {
  it('leaves once it is quiet while others are answered', async () => {
    does = (probe) => (probe <= 12 ? 'this' : 'another');
    await leaveBalancer({ balancerUrl, lastRequestAt });
    expect(performance.now() - askedAt).toBeGreaterThanOrEqual(300);
  });

  it('waits for its own slow answers, since NGINX does not count aborted ones', async () => {
    does = () => (answeredHere < 6 ? 'this, slowly' : 'another');
    await leaveBalancer({ balancerUrl, lastRequestAt });
    expect(answeredHere).toBeGreaterThanOrEqual(6);
  });

  it('does not mistake a busy host for being passed over', async () => {
    let isStarved = true;
    does = (probe) => (isStarved ? (probe <= 4 ? 'this' : 'late') : 'another');
    const left = leaveBalancer({ balancerUrl, lastRequestAt });
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
    expect(await msOf(leaveBalancer({ balancerUrl, lastRequestAt }))).toBeLessThan(5_000);
  });

  it('does not wait if there is no NGINX', async () => {
    nginx.close();
    expect(await msOf(leaveBalancer({ balancerUrl, lastRequestAt }))).toBeLessThan(5_000);
    expect(await msOf(joinBalancer({ balancerUrl, lastRequestAt }))).toBeLessThan(3_000);
  });

  it('has joined when it is asked, not when NGINX is late', async () => {
    does = (probe) => (probe <= 2 ? 'late' : probe <= 4 ? 'another' : 'this');
    await joinBalancer({ balancerUrl, lastRequestAt });
    expect(performance.now() - askedAt).toBeLessThan(1_000);
  });

  it('leaves with the help of a sibling once nothing comes here while the sibling asks', async () => {
    does = (probe) => (probe <= 40 ? 'this' : 'another');
    let helped = 0;
    const help = () => {
      helped += 1;
      return helped === 1 ? Promise.reject(new Error('The sibling is busy')) : askNginx(balancerUrl);
    };
    await leaveWithHelp(help, lastRequestAt);
    expect(helped).toBe(4);
  });
});
