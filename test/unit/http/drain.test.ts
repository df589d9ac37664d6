import { createServer, type RequestListener, type Server } from 'node:http';
import { createConnection, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDrain } from '../../../src/http/server/drain';
import { freePort } from '../../support/free-port';
import { connectRaw } from '../../support/raw-client';
import { eventually } from '../../support/wait';

let server: Server;
let port: number;
let drain: ReturnType<typeof createDrain>;

beforeEach(async () => {
  server = createServer((request, response) => {
    setTimeout(() => response.end('ok'), request.url === '/slow' ? 300 : 0);
  });
  drain = createDrain(server);
  // A drain closes it, and some tests open it again.
  port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  server.closeAllConnections();
  if (server.listening) server.close();
});

/** Lets the server answer otherwise. */
function answerBy(listener: RequestListener): void {
  server.removeAllListeners('request');
  server.on('request', listener);
  drain = createDrain(server);
}

const connect = async (): Promise<Socket> => {
  const socket = createConnection(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
};
const ask = async (socket: Socket, path = '/'): Promise<string> => {
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  return String((await once(socket, 'data'))[0]);
};

describe('a draining server', () => {
  it('answers on an idle connection after the signal, and says that it closes', async () => {
    const socket = await connect();
    expect(await ask(socket)).toMatch(/Connection: keep-alive/);
    const drained = drain.drain({ windowMs: 200, deadlineMs: 2_000 });
    expect(await ask(socket)).toMatch(/200 OK[^]*Connection: close/);
    await drained;
  });

  it('accepts new connections only in the first half of its window', async () => {
    const drained = drain.drain({ windowMs: 2_000, deadlineMs: 2_000 });
    expect(await ask(await connect())).toMatch('200 OK');
    // Begins after the timer of the first half, so that it ends after it.
    await sleep(1_050);
    await expect(connect()).rejects.toThrow('ECONNREFUSED');
    await drained;
  });

  it('serves as before until its connections close', async () => {
    const socket = await connect();
    const drained = drain.drain({ serveMs: 1_000, windowMs: 200, deadlineMs: 2_000 });
    for (const end = performance.now() + 700; performance.now() < end; await sleep(50)) {
      expect(await ask(socket)).toMatch(/200 OK[^]*Connection: keep-alive/);
      expect(await ask(await connect())).toMatch(/200 OK[^]*Connection: keep-alive/);
      expect(drain.isDraining()).toBe(true);
    }
    await drained;
    await expect(connect()).rejects.toThrow('ECONNREFUSED');
  });

  it('waits for an open request and sends Connection: close', async () => {
    const socket = await connect();
    const answer = ask(socket, '/slow');
    await eventually(() => drain.inFlight() === 1);
    await Promise.all([drain.drain({ windowMs: 20, deadlineMs: 2_000 }), answer]);
    expect(await answer).toMatch(/200 OK[^]*Connection: close/);
  });

  it('gives up on a request that never ends', async () => {
    answerBy(() => {});
    const socket = await connect();
    socket.on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually(() => drain.inFlight() === 1);
    const ended = once(socket, 'close');
    await drain.drain({ windowMs: 20, deadlineMs: 200 });
    await ended;
  });

  it('stops counting requests of a pipelining client that disconnected', async () => {
    const socket = await connect();
    const one = 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n';
    socket.write(one + one + one);
    await eventually(() => drain.inFlight() === 3);
    socket.resetAndDestroy();
    await eventually(() => drain.inFlight() === 0);
    // Earlier requests still answer, without a client.
    await sleep(350);
    expect(drain.inFlight()).toBe(0);
  });

  describe('a client that is slow', () => {
    const SIZE = 8_000_000;
    const options = { windowMs: 20, deadlineMs: 20_000 };

    it('sends the rest of its body, and is answered', async () => {
      answerBy((request, response) => request.resume().on('end', () => response.end('all of it')));
      const client = await connectRaw(port);
      const sent = client.upload('PUT /', {}, Buffer.alloc(300), sleep(500));
      await eventually(() => drain.inFlight() === 1);
      const drained = drain.drain(options);
      await sent;
      await drained;
      await eventually(() => client.howItEnded() !== 'open');
      expect(client.text()).toMatch(/200 OK[^]*Connection: close[^]*all of it/);
      expect(client.howItEnded()).toBe('end');
    });

    it('reads all of a large answer', async () => {
      answerBy((_request, response) => response.end(Buffer.alloc(SIZE, 'x')));
      const client = await connectRaw(port);
      client.socket.pause();
      client.ask('GET /');
      await eventually(() => drain.inFlight() === 1);
      const drained = drain.drain(options);
      await sleep(500);
      client.socket.resume();
      await drained;
      await eventually(() => client.howItEnded() !== 'open');
      expect(client.text().length).toBeGreaterThan(SIZE);
      expect(client.howItEnded()).toBe('end');
    });

    it('sees the end of an idle connection, without a reset', async () => {
      const client = await connectRaw(port);
      client.ask('GET /');
      await eventually(() => client.statuses().length === 1);
      await drain.drain(options);
      await eventually(() => client.howItEnded() !== 'open');
      expect(client.howItEnded()).toBe('end');
    });
  });

  describe('a temporary drain', () => {
    const listen = async () => {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    };
    const options = { windowMs: 20, deadlineMs: 2_000 };

    it('refuses connections, and accepts them again afterwards', async () => {
      await drain.drain(options);
      expect(drain.isDraining()).toBe(true);
      await expect(connect()).rejects.toThrow('ECONNREFUSED');
      await drain.resume(listen);
      expect(await ask(await connect())).toMatch(/200 OK[^]*Connection: keep-alive/);
    });

    it('can be undone while everything is still served', async () => {
      const socket = await connect();
      const drained = drain.drain({ ...options, serveMs: 60_000 });
      await sleep(50);
      await Promise.all([drain.resume(listen), drained]);
      expect(drain.isDraining()).toBe(false);
      expect(await ask(socket)).toMatch(/200 OK[^]*Connection: keep-alive/);
    });

    it('can be undone by a request that the server itself serves', async () => {
      server.removeAllListeners('request');
      drain = createDrain(server);
      server.on('request', (_request, response) => {
        void drain.resume(listen).then(() => response.end('back'));
      });
      const socket = await connect();
      const began = Date.now();
      // The window is long enough for the request; a drain that waited for it would take until the deadline.
      const [windowMs, deadlineMs] = [400, 15_000];
      const drained = drain.drain({ windowMs, deadlineMs });
      expect(await ask(socket)).toMatch(/200 OK[^]*back/);
      await drained;
      expect(Date.now() - began).toBeLessThan(deadlineMs);
      expect(drain.isDraining()).toBe(false);
    });

    it('obeys the last call, however quickly the calls come', async () => {
      await Promise.all([
        drain.drain(options),
        drain.resume(listen),
        drain.drain(options),
        drain.resume(listen),
      ]);
      expect(drain.isDraining()).toBe(false);
      expect(await ask(await connect())).toMatch('200 OK');
      await Promise.all([drain.resume(listen), drain.drain(options), drain.drain(options)]);
      await expect(connect()).rejects.toThrow('ECONNREFUSED');
    });
  });

  it('cannot be undone if the process ends afterwards', async () => {
    await drain.drain({ windowMs: 0, deadlineMs: 100 });
    const ended = drain.drain({ windowMs: 0, deadlineMs: 100, forGood: true });
    const listen = jest.fn();
    await expect(drain.resume(listen)).rejects.toThrow('This worker stops');
    await ended;
    expect(drain.isDraining()).toBe(true);
    expect(listen).not.toHaveBeenCalled();
  });

  it('hands reads over by cutting them off, and answers writes', async () => {
    const [read, write, late] = await Promise.all([connect(), connect(), connect()]);
    const send = (socket: Socket, method: string) =>
      socket.write(`${method} /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`);
    const answer = once(write, 'data');
    const ended = [read, late].map((socket) => once(socket, 'close'));
    for (const socket of [read, late]) socket.on('data', () => expect('it').toBe('unanswered'));
    send(read, 'GET');
    send(write, 'POST');
    await sleep(20);
    const drained = drain.drain({ windowMs: 400, deadlineMs: 2_000, handsOver: true });
    await ended[0];
    send(late, 'GET');
    await ended[1];
    expect(String((await answer)[0])).toMatch(/200 OK[^]*Connection: close/);
    await drained;
  });
});
