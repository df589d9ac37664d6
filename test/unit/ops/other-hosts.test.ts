import { createServer, type Server } from 'node:http';
import type { HostRecord } from '../../../src/hosts/host-model';
import { createOtherHosts } from '../../../src/ops/orders/other-hosts';
import { listen, portOf } from '../../support/listen';
import { freePort } from '../../support/free-port';

const HERE = 'here';
const servers: Server[] = [];

/** Starts what answers as NGINX does: from each of these workers in turn. @returns its URL */
async function startNginx(...workers: { place: string; serving: boolean }[]): Promise<string> {
  let turn = 0;
  const server = createServer((_, response) =>
    response.end(JSON.stringify(workers[turn++ % workers.length])),
  );
  servers.push(server);
  await listen(server);
  return `http://127.0.0.1:${portOf(server)}`;
}
afterAll(() => servers.forEach((server) => server.close()));

const free = {
  within: async (_: number, work: (lost: AbortSignal) => Promise<void>) => {
    await work(new AbortController().signal);
    return true;
  },
};

async function ask(balancerUrls: string[], { hears = false, lock = free, drained = [] as string[] } = {}) {
  let worked = 0;
  const run = createOtherHosts({
    lock,
    hosts: { all: async () => drained.flatMap(recordsOf) },
    balancerUrls,
    place: () => HERE,
    hearsOneServe: async (leftOut) => hears && !leftOut.has('there'),
    lockMs: 50,
  });
  const fault = await run(async () => void (worked += 1));
  return { worked, fault };
}

/** What MongoDB has of a host at this place that an operator wants drained. */
const recordsOf = (place: string) =>
  [
    { _id: place, host: place, isDrained: true, askedAt: new Date() },
    { _id: `${place}/api-0`, host: place, process: 'api-0', place, lastSeen: new Date(), serving: true },
  ] as HostRecord[];

const own = { place: HERE, serving: true };
const other = { place: 'there', serving: true };

describe('the last worker of a host', () => {
  it('may leave if NGINX passes requests to a worker of another host that serves', async () => {
    expect(await ask([await startNginx(own, other)])).toEqual({ worked: 1, fault: undefined });
  });

  it('may not if NGINX lists no other host, or none that serves, whatever other hosts publish', async () => {
    for (const workers of [[own], [own, { ...other, serving: false }]]) {
      const { worked, fault } = await ask([await startNginx(...workers)], { hears: true });
      expect([worked, fault]).toEqual([0, expect.stringMatching(/NGINX passes no request/)]);
    }
  });

  it('may not if one of several NGINX lists no other host; one that is away counts for nothing', async () => {
    const [both, alone] = [await startNginx(own, other), await startNginx(own)];
    const away = `http://127.0.0.1:${await freePort()}`;
    expect((await ask([both, alone])).worked).toBe(0);
    expect((await ask([both, away])).worked).toBe(1);
    expect(await ask([away])).toEqual({ worked: 0, fault: expect.stringMatching(/does not answer/) });
  });

  it('may leave without NGINX if another host publishes that it serves', async () => {
    expect((await ask([], { hears: true })).worked).toBe(1);
    expect(await ask([])).toEqual({ worked: 0, fault: expect.stringMatching(/says that it serves/) });
  });

  it('may not if the other host still serves, but an operator wants it drained', async () => {
    const url = await startNginx(own, other);
    expect((await ask([url], { drained: ['there'] })).worked).toBe(0);
    expect((await ask([], { hears: true, drained: ['there'] })).worked).toBe(0);
    expect((await ask([url], { drained: ['elsewhere'] })).worked).toBe(1);
  });

  it('waits while another host drains its last one', async () => {
    const lock = { within: async () => false };
    expect(await ask([], { hears: true, lock })).toEqual({
      worked: 0,
      fault: expect.stringMatching(/Try again/),
    });
  });
});
