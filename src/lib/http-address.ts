import { isIP } from 'node:net';

const loopbackOf: Record<string, string> = { '': '127.0.0.1', '0.0.0.0': '127.0.0.1', '::': '::1' };

/**
 * Returns the URL at which this host reaches a server of its own.
 *
 * @param host address that the server listens on; all addresses include loopback
 */
export function httpAddress(host: string | undefined, port: number): string {
  const address = loopbackOf[host ?? ''] ?? host!;
  return `http://${isIP(address) === 6 ? `[${address}]` : address}:${port}`;
}
