import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { connectMongo, isMongoAway, type Mongo } from '../../../src/infra/mongo/mongo';
import { mongoUrl, serverUrl } from '../../support/servers';
import { useMongo, useTcpProxy } from '../../support/use-api';

const mongo = useMongo();
const proxy = useTcpProxy(serverUrl('MONGO_URL'));

/** Parts of the driver, which it does not export. */
interface DriverConnection {
  socket: Socket;
  closed: boolean;
}
interface DriverServer {
  pool: { connections: Iterable<DriverConnection> };
  monitor: { connection: DriverConnection };
}

const serversOf = ({ client }: Pick<Mongo, 'client'>) => [
  ...(
    client as unknown as { topology: { s: { servers: Map<string, DriverServer> } } }
  ).topology.s.servers.values(),
];
const idleOf = (of: Pick<Mongo, 'client'>) => serversOf(of).flatMap(({ pool }) => [...pool.connections]);
const read = () => mongo.db.collection('tasks').findOne();
/** Does what Node does when the server ends a connection. */
const endByServer = ({ socket }: DriverConnection) => socket.push(null);

describe('a connection that the server ends', () => {
  it('fails no operation that begins in that moment', async () => {
    for (let turns = 0; turns < 10; turns++) {
      await read();
      const idle = idleOf(mongo);
      expect(idle.length).toBeGreaterThan(0);
      idle.forEach(endByServer);
      for (let turn = 0; turn < turns; turn++) await nextTurn();
      expect(await read()).toBeNull();
    }
  });

  it('is closed before a command can be written to it, also a connection of the monitor', async () => {
    await read();
    const connections = [...idleOf(mongo), ...serversOf(mongo).map(({ monitor }) => monitor.connection)];
    const atEnd = connections.map(
      (connection) =>
        new Promise<boolean>((resolve) => connection.socket.once('end', () => resolve(connection.closed))),
    );
    connections.forEach(endByServer);
    expect(await Promise.all(atEnd)).toEqual(connections.map(() => true));
    expect(await read()).toBeNull();
  });
});

describe('an operation that is half written when its connection is closed', () => {
  it('fails as one that found no server', async () => {
    const url = new URL(mongoUrl(mongo.namespace));
    url.port = String(proxy.port);
    const clogged = await connectMongo(url.href, { answerWithinMs: 500 });
    try {
      await clogged.ping();
      proxy.clog();
      const data = Buffer.alloc(15_000_000);
      const fault: unknown = await clogged.db
        .collection('tasks')
        .insertOne({ data })
        .catch((error: unknown) => error);
      expect(isMongoAway(fault)).toBe(true);
    } finally {
      proxy.mend();
      await clogged.close();
    }
  });
});
