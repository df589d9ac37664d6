import { isIP } from 'node:net';
import { z } from 'zod';
import { isHost } from '../lib/host-name';

export interface Listen {
  /** Has brackets around an IPv6 address, as in a URL. `undefined` means all addresses of the host. */
  host?: string;
  port: number;
  isTls: boolean;
}

const HTTP_PORT = 80;
const ENTRY = /^(?:(https?):\/\/)?(?:(\*|\[[\da-f:.]{2,45}\]|[\d.]{7,15}):)?(\d{1,5})$/i;

/**
 * Parses LISTEN. An entry without a scheme speaks HTTPS if there is a certificate, except on port 80.
 *
 * @returns undefined if an entry is malformed or given twice
 */
export function parseListen(text: string, hasCertificate: boolean): Listen[] | undefined {
  const entries = text.split(',').map((entry) => parseEntry(entry.trim(), hasCertificate));
  const names = entries.map((entry) => entry && `${entry.host}:${entry.port}`);
  if (new Set(names).size < names.length) return undefined;
  return entries.every((entry) => entry !== undefined) ? entries : undefined;
}

function parseEntry(entry: string, hasCertificate: boolean): Listen | undefined {
  const [, scheme, given, digits] = ENTRY.exec(entry) ?? [];
  const port = Number(digits);
  if (!(port >= 1 && port <= 65_535)) return undefined;
  const host = given === '*' ? undefined : given;
  if (host && isIP(host.replace(/[[\]]/g, '')) === 0) return undefined;
  const isTls = scheme ? scheme.toLowerCase() === 'https' : hasCertificate && port !== HTTP_PORT;
  return { host, port, isTls };
}

/** @returns for a person to read: `https://*:443` */
export const describeListen = ({ host = '*', port, isTls }: Listen): string =>
  `${isTls ? 'https' : 'http'}://${host}:${port}`;

/** The type and the description of a variable that names an address to listen on. */
export const listensAt = (description: string) =>
  [
    z.string().refine(isHost).default('127.0.0.1'),
    description,
    { allowed: 'an address or name of this host' },
  ] as const;
