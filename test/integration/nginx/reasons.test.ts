import { createServer, type Socket } from 'node:net';
import { methods, startNginx } from '../../support/balancer';
import { freePort } from '../../support/free-port';
import { listen, portOf } from '../../support/listen';

const IMPATIENT: [string, string][] = [['proxy_read_timeout 15s', 'proxy_read_timeout 1s']];

describe('the reason of a 502 or 504 in the access log', () => {
  /** What stands behind NGINX instead of a worker. */
  async function startFault(answer: (socket: Socket) => void) {
    const server = createServer(
      (socket) => void socket.on('error', () => {}).once('data', () => answer(socket)),
    );
    await listen(server);
    return server;
  }

  it.each<[string, (socket: Socket) => void, number]>([
    ['closed without an answer', (socket) => socket.destroy(), 502],
    [
      'headers of the answer too large',
      (socket) => socket.end(`HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`),
      502,
    ],
    ['headers of the answer malformed or cut off', (socket) => socket.end('HTTP/1.1 200 OK\r\nX-Cut'), 502],
    [
      'headers of the answer malformed or cut off',
      (socket) => socket.end('HTTP/1.1 200 OK\r\n\0: x\r\n\r\n'),
      502,
    ],
    ['no answer in time', () => {}, 504],
  ])('is "%s"', async (reason, answer, status) => {
    const server = await startFault(answer);
    const nginx = await startNginx([portOf(server)], { otherwise: IMPATIENT });
    try {
      const { status: answered } = await fetch(`${nginx.url}/tasks?token=hidden`, {
        method: 'POST',
        body: '{}',
      });
      expect(answered).toBe(status);
      const [line] = await nginx.logged('/tasks', 1);
      expect(line).toMatchObject({ status, reason });
      expect(JSON.stringify(line)).not.toContain('hidden');
    } finally {
      await nginx.stop();
      server.close();
    }
  });

  // NGINX's own methods try nobody for a while, and then all again.
  it.each(methods)('is that nobody listens, also once all are passed over, with %s', async (method) => {
    const nginx = await startNginx([await freePort(), await freePort()], { balancing: method });
    try {
      for (let count = 0; count < 8; count++) await fetch(`${nginx.url}/tasks`);
      const reasons = (await nginx.logged('/tasks', 8)).map((line) => line.reason);
      expect(reasons).toEqual(Array(8).fill('connection refused'));
    } finally {
      await nginx.stop();
    }
  });

  it('is empty for an answer of a worker', async () => {
    const server = await startFault((socket) => socket.end('HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n'));
    const nginx = await startNginx([portOf(server)], { otherwise: IMPATIENT });
    try {
      await fetch(`${nginx.url}/tasks`);
      expect((await nginx.logged('/tasks', 1))[0]).toMatchObject({ status: 503, reason: '' });
    } finally {
      await nginx.stop();
      server.close();
    }
  });
});
