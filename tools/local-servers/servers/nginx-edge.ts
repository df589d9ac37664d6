import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { describeListen } from '../../../src/config/listen';
import { isAtLeast } from '../../../src/doctor/finding';
import { codeOf } from '../../../src/lib/error-code';
import { replaceFile } from '../../../src/lib/replace-file';
import { UserError } from '../../command/run-command';
import { addressesOf, PEM, readEdge, type Edge } from '../edge';
import { describeHolder } from '../ports';
import { readTlsFiles } from '../tls-files';

/** Key and certificates, which NGINX reads at each handshake (nginx/tls/tls.conf). */
export const pemOf = (dir: string): string => path.join(dir, PEM);

/** Returns what NGINX prints about itself: its version and how it was built. */
const about = (bin: string): string =>
  spawnSync(bin, ['-V'], { encoding: 'utf8', timeout: 10_000 }).stderr ?? '';

const versionIn = (text: string): string => /nginx version: \S+\/([\d.]+)/.exec(text)?.[1] ?? '0';
export const versionOf = (bin: string): string => versionIn(about(bin));

/** How this NGINX turns HTTP/2 on: by a directive since 1.25.1. @throws UserError if it has no TLS */
export function http2Of(bin: string): 'parameter' | 'directive' | undefined {
  const stderr = about(bin);
  if (!stderr.includes('--with-http_ssl_module'))
    throw new UserError(
      `TLS_CERT is set, but ${bin} was built without TLS. Install the system's package of NGINX.`,
    );
  if (!stderr.includes('--with-http_v2_module')) return undefined;
  return isAtLeast(versionIn(stderr), '1.25.1') ? 'directive' : 'parameter';
}

/**
 * Writes the key and the certificates in one step: a handshake that reads both meanwhile finds two that belong together,
 * unless it began within the same fraction of a millisecond.
 */
function writePem(dir: string, { TLS_CERT, TLS_KEY }: Edge): void {
  const file = pemOf(dir);
  if (!TLS_CERT || !TLS_KEY) return;
  const { pem } = readTlsFiles(TLS_CERT, TLS_KEY);
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === pem) return;
  replaceFile(file, pem);
}

/** Removes the key once NGINX serves without it. Before, it may refuse the configuration, and serve on with HTTPS. */
export function dropPem(dir: string, { TLS_CERT }: Edge): void {
  if (!TLS_CERT) fs.rmSync(pemOf(dir), { force: true });
}

const isOpen = (file: string, port: number) =>
  fs.existsSync(file) && new RegExp(`^\\s*listen \\S+:${port} `, 'm').test(fs.readFileSync(file, 'utf8'));

const isTaken = (host: string, port: number) =>
  new Promise<boolean>((resolve) => {
    const server = net.createServer();
    // NGINX itself judges every other fault: its program may have a right that Node's lacks.
    server.once('error', (error) => resolve(codeOf(error) === 'EADDRINUSE'));
    server.listen({ port, host, exclusive: true, ipv6Only: true }, () => server.close(() => resolve(false)));
  });

/**
 * Checks the certificate, its key and the ports, and changes nothing.
 *
 * @param dir folder of NGINX
 * @param isRunning whether NGINX runs with the configuration in `dir`
 * @throws UserError if NGINX could not serve so
 */
export async function checkEdge(dir: string, edge: Edge, isRunning: boolean): Promise<void> {
  const { listens } = readEdge(edge);
  if (edge.TLS_CERT && edge.TLS_KEY) readTlsFiles(edge.TLS_CERT, edge.TLS_KEY);
  const present = path.join(dir, 'nginx.conf');
  for (const listen of listens) {
    if (isRunning && isOpen(present, listen.port)) continue;
    for (const address of addressesOf(listen)) {
      const host = address.slice(0, address.lastIndexOf(':')).replace(/[[\]]/g, '');
      if (!(await isTaken(host, listen.port))) continue;
      const holder = await describeHolder(listen.port);
      throw new UserError(
        `LISTEN names ${describeListen(listen)}, but ${address} is taken by ${holder}. Stop that, or choose another port.`,
      );
    }
  }
}

/** Checks it, and lets NGINX have the certificate from now on. */
export async function takeEdge(dir: string, edge: Edge, isRunning: boolean): Promise<void> {
  await checkEdge(dir, edge, isRunning);
  writePem(dir, edge);
}

const addressesIn = (text: string) => (text.match(/^\s*listen \S+/gm) ?? []).join();

/** @returns whether NGINX has opened exactly these addresses before */
function wereOpened(dir: string, text: string): boolean {
  const file = path.join(dir, 'nginx.conf');
  return fs.existsSync(file) && addressesIn(fs.readFileSync(file, 'utf8')) === addressesIn(text);
}

/** Has NGINX judge a configuration and open its addresses, without effect on what runs. @throws UserError */
export function requireValid(bin: string, dir: string, text: string): void {
  fs.writeFileSync(path.join(dir, 'next.conf'), text);
  const args = ['-p', './', '-c', 'next.conf', '-e', 'stderr', '-t'];
  const { status, stderr } = spawnSync(bin, args, { cwd: dir, encoding: 'utf8', timeout: 10_000 });
  fs.rmSync(path.join(dir, 'next.conf'));
  if (status === 0) return;
  const [, address, number] = /bind\(\) to (\S+) failed \((\d+):/.exec(stderr) ?? [];
  // The service may have a right that this shell lacks, such as that of its unit to open port 443.
  if (number === '13' && wereOpened(dir, text)) return;
  if (address && number === '13') {
    throw new UserError(
      `LISTEN names ${address}, a port that this user may not open. Allow it as root, in one of these ways:\n` +
        `  setcap cap_net_bind_service=+ep ${bin}\n` +
        '  sysctl -w net.ipv4.ip_unprivileged_port_start=80\n' +
        '  AmbientCapabilities=CAP_NET_BIND_SERVICE in the unit of systemd, and there a restart of the service',
    );
  }
  if (address && number === '99')
    throw new UserError(`LISTEN names ${address}, an address that this host does not have.`);
  const [reason = stderr] = /(?<=\[emerg\] ).*/.exec(stderr) ?? [];
  throw new UserError(`NGINX refuses its configuration, and nothing was changed: ${reason.trim()}`);
}
