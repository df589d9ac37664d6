import tls from 'node:tls';
import type { Listen } from '../../src/config/listen';
import { waitUntil } from '../command/run-command';
import { readEdge, type Edge } from './edge';
import { readTlsFiles } from './tls-files';

const askMs = 3_000;

/** Shakes hands with NGINX on this host. @returns the fingerprint of the certificate that it shows */
export function askFingerprint({ host = '127.0.0.1', port }: Pick<Listen, 'host' | 'port'>): Promise<string> {
  const address = host
    .replace(/[[\]]/g, '')
    .replace(/^0\.0\.0\.0$/, '127.0.0.1')
    .replace(/^::$/, '::1');
  return new Promise((resolve, reject) => {
    // The name in the certificate is another's, and its issuer may be unknown here: the fingerprint says all.
    const socket = tls.connect({ host: address, port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.setTimeout(askMs, () => socket.destroy(new Error('no handshake in time')));
    socket.once('error', reject);
  });
}

/** Waits until new connections get the certificate of TLS_CERT. @returns what NGINX serves, for a person to read */
export async function requireServed(edge: Edge): Promise<string> {
  const { tls: listen } = readEdge(edge);
  if (!listen || !edge.TLS_CERT || !edge.TLS_KEY) return 'taken';
  const { certificate } = readTlsFiles(edge.TLS_CERT, edge.TLS_KEY);
  const isServed = async () => (await askFingerprint(listen)) === certificate.fingerprint256;
  const what = `New connections do not get the certificate of ${edge.TLS_CERT}`;
  await waitUntil(isServed, { timeoutMs: 10_000, what });
  return `new connections get the certificate that ends on ${certificate.validTo}`;
}
