import { startLoad } from '../../../bench/load/load';
import { startClosedLoop } from '../../../tools/load/closed-loop';
import { openConnections, requireLoopback } from '../../../tools/load/connections';
import { serve } from '../../support/serve';
import { eventually } from '../../support/wait';

const { signal } = new AbortController();
const GET = { method: 'GET', path: '/', headers: {}, expected: 200 } as const;

describe('a closed loop', () => {
  it('counts answers, those from the cache, and those with 304', async () => {
    let served = 0;
    const { url } = await serve((_request, response) => {
      served += 1;
      response.writeHead(served % 2 ? 200 : 304, { 'X-Cache': served % 4 ? 'HIT' : 'MISS' }).end();
    });
    let sent = 0;
    const next = () => ({ ...GET, expected: ++sent % 2 ? 200 : 304 });
    const load = startLoad({ url, connections: 1, next, signal });
    const { requests, perSecond, errors } = await load.measure(0.2);
    await load.stop();
    const { answers, cacheable, hits, notModified } = load.tally();
    expect(requests).toBeGreaterThan(0);
    expect(perSecond).toBeGreaterThan(0);
    expect(errors).toEqual({});
    expect(answers).toBe(served);
    expect(cacheable).toBe(answers);
    expect(notModified).toBe(Math.floor(answers / 2));
    expect(hits).toBe(answers - Math.floor(answers / 4));
  });

  it('counts every connection that ends before an answer, and every unexpected status', async () => {
    let served = 0;
    let cut = 0;
    let refused = 0;
    const { url } = await serve((request, response) => {
      served += 1;
      if (served % 5 === 0) {
        cut += 1;
        request.socket.end();
      } else {
        if (served % 5 === 1) refused += 1;
        response.writeHead(served % 5 === 1 ? 503 : 200).end();
      }
    });
    const load = startLoad({ url, connections: 1, next: () => GET, signal });
    const { errors } = await load.measure(0.2);
    await load.stop();
    const { '503 instead of 200': counted, ...lost } = errors;
    expect(refused).toBeGreaterThan(0);
    expect(counted).toBe(refused);
    expect(cut).toBeGreaterThan(0);
    expect(Object.values(lost).reduce((sum, count) => sum + count, 0)).toBe(cut);
  });

  it('goes on over connections that were closed, until it stops', async () => {
    const { url } = await serve((_request, response) => void response.end());
    const connections = openConnections({ url, connections: 1 });
    let failed = 0;
    const onAnswer = ({ error }: { error?: string }) => void (failed += error ? 1 : 0);
    const loop = startClosedLoop(connections, { clients: 1, next: () => GET, onAnswer });
    await connections.close();
    await eventually(() => failed > 20_000);
    await loop.stop();
  });

  it('waits for the answers that are under way when it stops', async () => {
    let under = 0;
    const { url } = await serve((_request, response) => {
      under += 1;
      setTimeout(() => {
        under -= 1;
        response.end();
      }, 20);
    });
    const load = startLoad({ url, connections: 4, next: () => GET, signal });
    await load.measure(0.1);
    await load.stop();
    expect(under).toBe(0);
  });
});

describe('every load', () => {
  it('goes to this host only', () => {
    expect(() => requireLoopback('http://127.0.0.1:3400')).not.toThrow();
    expect(() => requireLoopback('http://example.com')).toThrow('example.com');
    expect(() => openConnections({ url: 'http://127.0.0.1.example.com', connections: 1 })).toThrow();
    expect(() => requireLoopback('http://10.213.78.11', '10.213.78')).not.toThrow();
    expect(() => requireLoopback('http://10.213.79.11', '10.213.78')).toThrow('10.213.79.11');
  });
});
