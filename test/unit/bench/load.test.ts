import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { startLoad } from '../../../bench/load/load';

describe('a load', () => {
  const servers: http.Server[] = [];
  const { signal } = new AbortController();

  async function serve(listener: http.RequestListener): Promise<string> {
    const server = http.createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  afterEach(() => {
    servers.splice(0).forEach((server) => {
      server.closeAllConnections();
      server.close();
    });
  });

  it('counts answers, those from the cache, and those with 304', async () => {
    let served = 0;
    const url = await serve((_request, response) => {
      served += 1;
      response.writeHead(served % 2 ? 200 : 304, { 'X-Cache': served % 4 ? 'HIT' : 'MISS' }).end();
    });
    const load = startLoad({ url, connections: 1, request: { method: 'GET' }, signal });
    const { requests, perSecond, errors } = await load.measure(0.2);
    await load.stop();
    const { answers, cacheable, hits, notModified } = load.tally();
    expect(requests).toBeGreaterThan(0);
    expect(perSecond).toBeGreaterThan(0);
    expect(errors).toEqual({});
    expect(cacheable).toBe(answers);
    expect(notModified).toBe(Math.floor(answers / 2));
    expect(hits).toBe(answers - Math.floor(answers / 4));
  });

  it('counts requests whose connection ends before an answer, and other statuses', async () => {
    let served = 0;
    let cut = 0;
    const url = await serve((request, response) => {
      served += 1;
      if (served % 5 === 0) {
        cut += 1;
        // Not a reset: just an end, of which autocannon says nothing.
        request.socket.end();
      } else response.writeHead(served % 5 === 1 ? 503 : 200).end();
    });
    const load = startLoad({ url, connections: 1, request: { method: 'GET' }, expectedStatus: 200, signal });
    const { errors } = await load.measure(0.2);
    await load.stop();
    const { '503': refused = 0, ...lost } = errors;
    const lostCount = Object.values(lost).reduce((sum, count) => sum + count, 0);
    expect(cut).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
    // The last may be under way when the load ends.
    expect([cut, cut - 1]).toContain(lostCount);
  });

  it("doesn't send a body's length with the request after it", async () => {
    const lengths: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      if (request.method === 'GET') lengths.push(request.headers['content-length']);
      request.resume().on('end', () => response.end());
    });
    let sent = 0;
    const load = startLoad({
      url,
      connections: 1,
      request: {
        headers: { 'content-type': 'application/json' },
        setupRequest: (request) =>
          sent++ % 2 === 0 ? { ...request, method: 'PUT', body: '{}' } : { ...request, method: 'GET' },
      },
      expectedStatus: 200,
      signal,
    });
    const { errors } = await load.measure(0.2);
    await load.stop();
    expect(errors).toEqual({});
    expect(lengths.length).toBeGreaterThan(0);
    expect(lengths.every((length) => length === undefined)).toBe(true);
  });
});
