import { connect, createServer, type Socket } from 'node:net';
import { brokerAt, connectToBroker, realBroker } from '../../support/brokers';
import { listen } from '../../support/listen';
import { use } from '../../support/use';

/** Starts something that takes connections. @param onSocket what it does with each */
function useServer(onSocket: (socket: Socket) => void) {
  return use(
    async () => {
      const seen = { open: 0, mostOpen: 0, total: 0 };
      const sockets = new Set<Socket>();
      const server = createServer((socket) => {
        // Without a reader the end of a connection is not noticed.
        sockets.add(socket.resume().on('error', () => {}));
        seen.total += 1;
        seen.mostOpen = Math.max(seen.mostOpen, (seen.open += 1));
        socket.on('close', () => (seen.open -= 1));
        onSocket(socket);
      });
      const port = await listen(server);
      return { port, seen, close: () => (sockets.forEach((socket) => socket.destroy()), server.close()) };
    },
    ({ close }) => close(),
  );
}

describe('the brokers of AMQP_URL', () => {
  const silent = useServer(() => {});
  const refusing = useServer((socket) => socket.destroy());
  const other = useServer((socket) => socket.destroy());
  const third = useServer((socket) => socket.destroy());

  it('are tried one after the other until one answers, from each start', async () => {
    const list = [brokerAt(silent.port), brokerAt(refusing.port), brokerAt(Number(realBroker.port))].join();
    for (let tries = 0; tries < 12; tries++)
      expect(await connectToBroker(list)).toBe(`127.0.0.1:${realBroker.port}`);
    expect(silent.seen.mostOpen).toBe(1);
  });

  it('are tried from a random start, each once', async () => {
    const fakes = [refusing, other, third];
    const list = fakes.map(({ port }) => brokerAt(port)).join();
    const firsts = new Set<string>();
    for (let tries = 0; tries < 40; tries++) {
      const before = fakes.map(({ seen }) => seen.total);
      const { message } = await connectToBroker(list).then(
        () => new Error('connected'),
        (error: Error) => error,
      );
      firsts.add(/127\.0\.0\.1:(\d+)/.exec(message)![1]!);
      expect(fakes.map(({ seen }, index) => seen.total - before[index]!)).toEqual([1, 1, 1]);
    }
    expect(firsts.size).toBe(3);
  });

  it('are all named with a reason if none answers, without their login', async () => {
    const failed = connectToBroker([brokerAt(silent.port), brokerAt(refusing.port)].join());
    await expect(failed).rejects.toThrow(`no answer from 127.0.0.1:${silent.port} in time`);
    await expect(failed).rejects.toThrow(`no connection to 127.0.0.1:${refusing.port}`);
    await expect(failed).rejects.not.toThrow(realBroker.password);
  });

  it('get a password as UTF-8, and it is in no message', async () => {
    let sent = Buffer.alloc(0);
    const proxy = createServer((socket) => {
      const upstream = connect(Number(realBroker.port), '127.0.0.1');
      socket.on('data', (chunk: Buffer) => (sent = Buffer.concat([sent, chunk]))).on('error', () => {});
      socket
        .pipe(upstream)
        .on('error', () => {})
        .pipe(socket);
    });
    const port = await listen(proxy);
    try {
      const password = 'p@ss/w:ö,%#';
      const refused = connectToBroker(brokerAt(port, { password: encodeURIComponent(password) }));
      await expect(refused).rejects.toThrow(
        /^wrong or missing password for 127\.0\.0\.1:\d+ \(ACCESS-REFUSED\)$/,
      );
      await expect(refused).rejects.not.toThrow(/p@ss|p%40ss/);
      expect(sent.includes(Buffer.from(`\0${realBroker.username}\0${password}`))).toBe(true);
    } finally {
      proxy.close();
    }
  });
});
