import type http from 'node:http';
import type { Order, Sent } from '../../../ops/drill/overload/protocol';
import { sendOrder } from '../../../ops/drill/overload/send-order';
import { startSender } from '../../../ops/drill/overload/start-sender';
import type { Request } from '../../../tools/load/connections';
import { serve } from '../../support/serve';

const read: Request = { method: 'GET', path: '/tasks/1', headers: { authorization: 'Bearer x' } };

const order = (url: string, streams: Order['streams'], sockets = 100): Order => ({ url, streams, sockets });

describe('the sender of an overload', () => {
  it('sends at its rate to a server that answers nothing meanwhile', async () => {
    const held: http.ServerResponse[] = [];
    const answerAll = () => held.forEach((response) => response.end());
    const server = await serve((_request, response) => {
      // Only once all have come: a sender that waited for an answer would wait for ever.
      if (held.push(response) === 20) answerAll();
    });
    const stream = { kind: 'read', requests: [read], perSecond: 100, begins: 0, ends: 0.2 };
    const { kinds } = await sendOrder(order(server.url, [stream]));
    const { statuses, dueMs, tookMs } = kinds.read!;
    expect([...statuses]).toEqual(Array(20).fill(200));
    expect([...dueMs].sort((a, b) => a - b).map(Math.round)).toEqual(
      Array.from({ length: 20 }, (_, i) => i * 10),
    );
    // The first has waited for the last, which is not sent before it is due.
    expect(tookMs[dueMs.indexOf(0)]!).toBeGreaterThan(Math.max(...dueMs) - 5);
  });

  it('counts a latency from the moment the request was due, even if no connection was free', async () => {
    const server = await serve((_request, response) => void setTimeout(() => response.end(), 100));
    const stream = { kind: 'read', requests: [read], perSecond: 100, begins: 0, ends: 0.05 };
    const { kinds } = await sendOrder(order(server.url, [stream], 1));
    const { tookMs, dueMs } = kinds.read!;
    // The fifth of five over one connection, each of which takes 100 ms.
    expect(Math.max(...tookMs)).toBeGreaterThan(5 * 100 - Math.max(...dueMs) - 50);
  });

  it('lets clients wait for their answer before they send again', async () => {
    let underWay = 0;
    let most = 0;
    const server = await serve((_request, response) => {
      most = Math.max(most, ++underWay);
      setTimeout(() => {
        underWay -= 1;
        response.writeHead(503).end();
      }, 5);
    });
    const stream = { kind: 'read', requests: [read], clients: 3, begins: 0, ends: 0.3 };
    const { kinds } = await sendOrder(order(server.url, [stream]));
    expect(most).toBe(3);
    expect(kinds.read!.statuses.length).toBeGreaterThan(6);
    expect(new Set(kinds.read!.statuses)).toEqual(new Set([503]));
  });

  it('counts answers from the cache, and sends each request as it stands from its address', async () => {
    const seen: unknown[] = [];
    const server = await serve((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const { method, url, headers, socket } = request;
        const body = Buffer.concat(parts).toString();
        seen.push({ method, url, type: headers['content-type'], body, from: socket.remoteAddress });
        response.setHeader('X-Cache', 'HIT').end('{}');
      });
    });
    const headers = { 'content-type': 'application/json' };
    const request: Request = {
      method: 'POST',
      path: '/tasks',
      headers,
      body: '{"title":"é"}',
      from: '127.0.0.1',
    };
    const stream = { kind: 'create', requests: [request], perSecond: 10, begins: 0, ends: 0.2 };
    const { kinds, errors } = await sendOrder(order(server.url, [stream]));
    expect(kinds.create!.caches).toEqual({ HIT: 2 });
    expect(errors).toEqual({});
    expect(seen).toEqual(
      Array(2).fill({
        method: 'POST',
        url: '/tasks',
        type: 'application/json',
        body: '{"title":"é"}',
        from: '127.0.0.1',
      }),
    );
  });

  it('reports requests without an answer as such, with the reason', async () => {
    const server = await serve((request) => request.socket.destroy());
    const stream = { kind: 'read', requests: [read], perSecond: 50, begins: 0, ends: 0.1 };
    const { kinds, errors } = await sendOrder(order(server.url, [stream]));
    expect([...kinds.read!.statuses]).toEqual(Array(5).fill(0));
    expect(Object.values(errors)).toEqual([5]);
  });

  it('reports refusals that name no time to come again', async () => {
    let count = 0;
    const server = await serve((_request, response) => {
      count += 1;
      response.writeHead(503, count > 2 ? { 'retry-after': '2' } : {}).end();
    });
    const stream = { kind: 'read', requests: [read], perSecond: 50, begins: 0, ends: 0.1 };
    const { errors } = await sendOrder(order(server.url, [stream]));
    expect(errors).toEqual({ '503 without Retry-After': 2 });
  });

  it('sends nothing to another machine', async () => {
    await expect(sendOrder(order('http://192.0.2.1', []))).rejects.toThrow('192.0.2.1');
  });
});

describe('the process of the sender', () => {
  it('returns what came of one order after the other, and the reason why one cannot be sent', async () => {
    const server = await serve((_request, response) => response.end());
    const sender = startSender(new AbortController().signal);
    try {
      const stream = { kind: 'read', requests: [read], perSecond: 10, begins: 0, ends: 0.3 };
      const results: Sent[] = [];
      for (let turn = 0; turn < 2; turn += 1) results.push(await sender.send(order(server.url, [stream])));
      expect(results.map(({ kinds }) => [...kinds.read!.statuses])).toEqual(Array(2).fill([200, 200, 200]));
      await expect(sender.send(order('http://192.0.2.1', []))).rejects.toThrow('192.0.2.1');
    } finally {
      await sender.stop();
    }
    await expect(sender.send(order(server.url, []))).rejects.toThrow(/ended|closed/);
  }, 30_000);
});
