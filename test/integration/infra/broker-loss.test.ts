import { connect, createServer } from 'node:net';
import { createRabbitProbe } from '../../../src/infra/rabbit/probe';
import { createJobQueue } from '../../../src/infra/rabbit/rabbit';
import { createLogger } from '../../../src/process/logger';
import { newNamespace } from '../../support/api';
import { brokerAt, realBroker } from '../../support/brokers';
import { listen } from '../../support/listen';
import { startTcpProxy } from '../../support/tcp-proxy';
import { eventually } from '../../support/wait';

describe('a job worker whose broker goes', () => {
  it('goes on with the next broker, and takes what was published before and after', async () => {
    const proxies = [
      await startTcpProxy(Number(realBroker.port)),
      await startTcpProxy(Number(realBroker.port)),
    ];
    const used: string[] = [];
    const logger = createLogger('silent', 'test');
    logger.info = ({ broker }: { broker: string }) => void used.push(broker);
    const got = new Set<string>();
    const queue = createJobQueue({
      servers: { url: proxies.map(({ port }) => brokerAt(port)).join() },
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
      const upstream = connect(Number(realBroker.port), '127.0.0.1');
      // Three answers make a log-in.
      upstream.on('data', (chunk) => (left-- > 0 ? socket.write(chunk) : undefined)).on('error', () => {});
      socket.pipe(upstream);
      socket.on('error', () => {}).on('close', () => upstream.destroy());
    });
    const queue = createJobQueue({
      servers: { url: brokerAt(await listen(server)) },
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
    const proxies = [
      await startTcpProxy(Number(realBroker.port)),
      await startTcpProxy(Number(realBroker.port)),
    ];
    const probe = createRabbitProbe({ url: proxies.map(({ port }) => brokerAt(port)).join() });
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
      const upstream = connect(Number(realBroker.port), '127.0.0.1');
      upstream.on('data', (chunk) => number === frozen || socket.write(chunk)).on('error', () => {});
      socket.pipe(upstream);
      socket
        .on('error', () => {})
        .on('close', () => {
          hasClosed ||= number === frozen;
          upstream.destroy();
        });
    });
    const probe = createRabbitProbe({ url: brokerAt(await listen(server)) });
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
