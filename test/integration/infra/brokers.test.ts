import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { createBrokers } from '../../../src/infra/rabbit/brokers';
import { createRabbitProbe } from '../../../src/infra/rabbit/probe';
import { createJobQueue } from '../../../src/infra/rabbit/rabbit';
import { createLogger } from '../../../src/process/logger';
import { makeCertificate } from '../../../tools/kit/certificate';
import { newNamespace } from '../../support/api';
import { newFolder } from '../../support/folder';
import { listen } from '../../support/listen';
import { serverUrl } from '../../support/servers';
import { startTcpProxy } from '../../support/tcp-proxy';
import { use } from '../../support/use';
import { eventually } from '../../support/wait';

const real = new URL(serverUrl('AMQP_URL'));
const SHORT_MS = 500;

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

/** The URL of the tests' broker with another port, password or scheme. */
function urlAt(port: number, changes: Partial<Pick<URL, 'protocol' | 'hostname' | 'password'>> = {}): string {
  const { protocol = 'amqp:', hostname = '127.0.0.1', password = real.password } = changes;
  return `${protocol}//${real.username}:${password}@${hostname}:${port}/%2f`;
}

const connectTo = async (url: string, caFile?: string) => {
  const { model, address } = await createBrokers({ url, caFile }).connect(SHORT_MS);
  await model.close();
  return address;
};

describe('the brokers of AMQP_URL', () => {
  const silent = useServer(() => {});
  const refusing = useServer((socket) => socket.destroy());
  const other = useServer((socket) => socket.destroy());
  const third = useServer((socket) => socket.destroy());

  it('are tried one after the other until one answers, from each start', async () => {
    const list = [urlAt(silent.port), urlAt(refusing.port), urlAt(Number(real.port))].join();
    for (let tries = 0; tries < 12; tries++) expect(await connectTo(list)).toBe(`127.0.0.1:${real.port}`);
    expect(silent.seen.mostOpen).toBe(1);
  });

  it('are tried from a random start, each once', async () => {
    const fakes = [refusing, other, third];
    const list = fakes.map(({ port }) => urlAt(port)).join();
    const firsts = new Set<string>();
    for (let tries = 0; tries < 40; tries++) {
      const before = fakes.map(({ seen }) => seen.total);
      const { message } = await connectTo(list).then(
        () => new Error('connected'),
        (error: Error) => error,
      );
      firsts.add(/127\.0\.0\.1:(\d+)/.exec(message)![1]!);
      expect(fakes.map(({ seen }, index) => seen.total - before[index]!)).toEqual([1, 1, 1]);
    }
    expect(firsts.size).toBe(3);
  });

  it('are all named with a reason if none answers, without their login', async () => {
    const failed = connectTo([urlAt(silent.port), urlAt(refusing.port)].join());
    await expect(failed).rejects.toThrow(`no answer from 127.0.0.1:${silent.port} in time`);
    await expect(failed).rejects.toThrow(`no connection to 127.0.0.1:${refusing.port}`);
    await expect(failed).rejects.not.toThrow(real.password);
  });

  it('get a password as UTF-8, and it is in no message', async () => {
    let sent = Buffer.alloc(0);
    const proxy = createServer((socket) => {
      const upstream = connect(Number(real.port), '127.0.0.1');
      socket.on('data', (chunk: Buffer) => (sent = Buffer.concat([sent, chunk]))).on('error', () => {});
      socket
        .pipe(upstream)
        .on('error', () => {})
        .pipe(socket);
    });
    const port = await listen(proxy);
    try {
      const password = 'p@ss/w:ö,%#';
      const refused = connectTo(urlAt(port, { password: encodeURIComponent(password) }));
      await expect(refused).rejects.toThrow(/^127\.0\.0\.1:\d+: .*ACCESS_REFUSED/);
      await expect(refused).rejects.not.toThrow(/p@ss|p%40ss/);
      expect(sent.includes(Buffer.from(`\0${real.username}\0${password}`))).toBe(true);
    } finally {
      proxy.close();
    }
  });
});

describe('a job worker whose broker goes', () => {
  it('goes on with the next broker, and takes what was published before and after', async () => {
    const proxies = [await startTcpProxy(Number(real.port)), await startTcpProxy(Number(real.port))];
    const used: string[] = [];
    const logger = createLogger('silent', 'test');
    logger.info = ({ broker }: { broker: string }) => void used.push(broker);
    const got = new Set<string>();
    const queue = createJobQueue({
      servers: { url: proxies.map(({ port }) => urlAt(port)).join() },
      prefix: newNamespace(),
      concurrency: 1,
      logger,
    });
    queue.start((content) => Promise.resolve(got.add(content) && ('ack' as const)));
    const publish = (content: string) =>
      eventually(() =>
        queue.publish(content).then(
          () => true,
          () => false,
        ),
      );
    try {
      await publish('before');
      await proxies.find(({ port }) => used[0] === `127.0.0.1:${port}`)!.close();
      await eventually(() => used.length === 2);
      await publish('after');
      await eventually(() => got.has('before') && got.has('after'));
      expect(new Set(used)).toEqual(new Set(proxies.map(({ port }) => `127.0.0.1:${port}`)));
    } finally {
      await queue.close();
      await Promise.all(proxies.map(({ close }) => close().catch(() => {})));
    }
  });
});

describe('a job worker whose broker falls silent after the log-in', () => {
  it('tries again', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      let left = connections === 1 ? 3 : Infinity;
      const upstream = connect(Number(real.port), '127.0.0.1');
      // Three answers make a log-in.
      upstream.on('data', (chunk) => (left-- > 0 ? socket.write(chunk) : undefined)).on('error', () => {});
      socket.pipe(upstream);
      socket.on('error', () => {}).on('close', () => upstream.destroy());
    });
    const queue = createJobQueue({
      servers: { url: urlAt(await listen(server)) },
      prefix: newNamespace(),
      concurrency: 1,
      logger: createLogger('silent', 'test'),
    });
    queue.start(() => Promise.resolve('ack'));
    try {
      await eventually(queue.isConnected);
      expect(connections).toBe(2);
    } finally {
      await queue.close();
      server.close();
    }
  });
});

describe('the probe of an API worker', () => {
  it('goes on with the next broker if its own no longer answers', async () => {
    const proxies = [await startTcpProxy(Number(real.port)), await startTcpProxy(Number(real.port))];
    const probe = createRabbitProbe({ url: proxies.map(({ port }) => urlAt(port)).join() });
    try {
      await probe.ping();
      for (const proxy of proxies) {
        proxy.blackHole();
        const succeeds = () =>
          probe.ping().then(
            () => true,
            () => false,
          );
        await eventually(succeeds);
        proxy.mend();
      }
    } finally {
      await probe.close();
      await Promise.all(proxies.map(({ close }) => close()));
    }
  });

  it('keeps the connection that it uses when one that it gave up closes', async () => {
    let connections = 0;
    let frozen: number | undefined;
    let hasClosed = false;
    const server = createServer((socket) => {
      const number = (connections += 1);
      const upstream = connect(Number(real.port), '127.0.0.1');
      upstream.on('data', (chunk) => number === frozen || socket.write(chunk)).on('error', () => {});
      socket.pipe(upstream);
      socket
        .on('error', () => {})
        .on('close', () => {
          hasClosed ||= number === frozen;
          upstream.destroy();
        });
    });
    const probe = createRabbitProbe({ url: urlAt(await listen(server)) });
    try {
      await probe.ping();
      frozen = 1;
      await expect(probe.ping()).rejects.toThrow();
      await probe.ping();
      await eventually(() => hasClosed);
      await probe.ping();
      expect(connections).toBe(2);
    } finally {
      await probe.close();
      server.close();
    }
  });
});

describe('a broker with TLS', () => {
  const folder = newFolder();
  const servers: Server[] = [];
  afterAll(() => servers.forEach((server) => server.close()));

  async function startTls(name: string, host: string) {
    const { cert, key } = makeCertificate(folder, name);
    const server = tls.createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (socket) => {
      socket
        .pipe(connect(Number(real.port), '127.0.0.1'))
        .on('error', () => {})
        .pipe(socket)
        .on('error', () => {});
    });
    server.on('tlsClientError', () => {});
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return { cert, port: (server.address() as AddressInfo).port };
  }

  it('is used if AMQP_CA_FILE names its authority, by name and by address', async () => {
    const { cert, port } = await startTls('own', '127.0.0.1');
    for (const hostname of ['localhost', '127.0.0.1'])
      expect(await connectTo(urlAt(port, { protocol: 'amqps:', hostname }), cert)).toBe(
        `${hostname}:${port}`,
      );
  });

  it('is refused without that, and with a certificate of another authority or host', async () => {
    const { cert, port } = await startTls('one', '127.0.0.1');
    const { cert: otherCert } = makeCertificate(folder, 'other');
    const url = urlAt(port, { protocol: 'amqps:', hostname: 'localhost' });
    for (const caFile of [undefined, otherCert])
      await expect(connectTo(url, caFile)).rejects.toThrow(
        /certificate.*AMQP_CA_FILE must name the authority/,
      );
    await expect(connectTo(url, path.join(folder, 'missing'))).rejects.toThrow(/ENOENT/);
    const elsewhere = await startTls('two', '127.0.0.2');
    const wrongHost = urlAt(elsewhere.port, { protocol: 'amqps:', hostname: '127.0.0.2' });
    await expect(connectTo(wrongHost, elsewhere.cert)).rejects.toThrow(
      /127\.0\.0\.2 is not in the cert's list/,
    );
    await expect(connectTo(urlAt(port), cert)).rejects.toThrow(/127\.0\.0\.1/);
  });
});
