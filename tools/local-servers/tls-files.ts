import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import fs from 'node:fs';
import { codeOf, messageOf } from '../../src/lib/error-code';
import { UserError } from '../command/run-command';

export interface TlsFiles {
  /** Key and certificates, as NGINX reads them from one file. */
  pem: string;
  certificate: X509Certificate;
  /** The certificate, then those that lead to its root. */
  chain: X509Certificate[];
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function read(name: string, file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    const code = codeOf(error) ?? messageOf(error);
    const cure = {
      ENOENT: 'There is no such file: correct the path.',
      EACCES:
        'This user may not read it: as root, copy it to a folder of this user, or give its group access.',
    }[code];
    throw new UserError(`${name} names ${file}. ${cure ?? code}`);
  }
}

function keyOf(pem: string, file: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    const cure = pem.includes('ENCRYPTED')
      ? `it has a passphrase. Take that away: openssl pkey -in ${file} -out NEW-FILE`
      : 'it holds no private key in PEM.';
    throw new UserError(`TLS_KEY names ${file}: ${cure}`);
  }
}

/** OpenSSL refuses shorter keys of RSA in each handshake. */
const SHORTEST_RSA = 2_048;

function certificatesOf(pem: string, file: string): X509Certificate[] {
  try {
    const found = (pem.match(CERTIFICATE) ?? []).map((text) => new X509Certificate(text));
    if (found.length > 0) return found;
  } catch {
    // A block that is cut off or altered.
  }
  throw new UserError(`TLS_CERT names ${file}, which holds no whole certificate in PEM.`);
}

/** Reads the certificate and its key. @throws UserError that says what to do if they cannot be used */
export function readTlsFiles(certFile: string, keyFile: string): TlsFiles {
  const chain = certificatesOf(read('TLS_CERT', certFile), certFile);
  const keyText = read('TLS_KEY', keyFile);
  const key = keyOf(keyText, keyFile);
  const certificate = chain[0]!;
  const { modulusLength = SHORTEST_RSA } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < SHORTEST_RSA)
    throw new UserError(
      `TLS_KEY names ${keyFile}, a key of ${modulusLength} bits: clients need at least ${SHORTEST_RSA}.`,
    );
  if (!certificate.checkPrivateKey(key)) {
    const isLater = chain.some((one) => one.checkPrivateKey(key));
    throw new UserError(
      isLater
        ? `TLS_CERT names ${certFile}, in which the certificate of the server must come first.`
        : `The key in ${keyFile} (TLS_KEY) does not belong to the certificate in ${certFile} (TLS_CERT). Name two files of the same renewal.`,
    );
  }
  const pem = [key.export({ type: 'pkcs8', format: 'pem' }), ...chain].join('\n');
  return { pem: `${pem}\n`, certificate, chain };
}

/** Days until the certificate ends; negative if it has ended. */
export const daysLeft = ({ validTo }: X509Certificate, now = Date.now()): number =>
  Math.floor((Date.parse(validTo) - now) / 86_400_000);

/** Returns why clients would refuse a certificate now; undefined if its time is right. */
export function faultOfTime(certificate: X509Certificate, now = Date.now()): string | undefined {
  if (Date.parse(certificate.validTo) <= now) return `has ended on ${certificate.validTo}`;
  if (Date.parse(certificate.validFrom) > now) return `begins only on ${certificate.validFrom}`;
  return undefined;
}

/** Returns whether each certificate was signed by the one behind it. A lone one that signed itself counts as whole. */
export function isChainWhole(chain: X509Certificate[]): boolean {
  const isSignedBy = (one: X509Certificate, other: X509Certificate) =>
    one.checkIssued(other) && one.verify(other.publicKey);
  const [first] = chain;
  if (chain.length === 1) return isSignedBy(first!, first!);
  return chain.slice(1).every((issuer, index) => isSignedBy(chain[index]!, issuer));
}
