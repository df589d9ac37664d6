import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

export const portOf = (server: Server) => (server.address() as AddressInfo).port;

/** Lets a server listen on a free port of this host. @returns the port */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return portOf(server);
}
