import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';

/** Starts a link to a server on this host that a test can break and mend for one worker alone. */
export async function startTcpProxy(target: number) {
  let port = target;
  const sockets = new Set<Socket>();
  let swallowing = false;
  let clogged = false;
  const server = createServer((client) => {
    const upstream = createConnection(port, '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => swallowing || to.write(chunk));
      from.on('error', () => to.destroy());
      from.on('close', () => (sockets.delete(from), to.destroy()));
      if (clogged) from.pause();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as { port: number }).port,
    /** Leads new connections to another port, and leaves the old ones. */
    leadTo: (other: number) => void (port = other),
    /** Accepts every byte and forwards none. */
    blackHole: () => void (swallowing = true),
    /** Reads nothing more, so that what is sent stays with the sender. */
    clog(): void {
      clogged = true;
      sockets.forEach((socket) => socket.pause());
    },
    mend(): void {
      swallowing = clogged = false;
      sockets.forEach((socket) => socket.destroy());
    },
    async close(): Promise<void> {
      sockets.forEach((socket) => socket.destroy());
      server.close();
      await once(server, 'close');
    },
  };
}
