import fs from 'node:fs';
import path from 'node:path';
import { isProduction } from '../../src/config/profile';
import { findingsOf, type Finding } from '../../src/doctor/finding';
import { messageOf } from '../../src/lib/error-code';
import { RENEW } from '../../tools/local-servers/check-certificate';
import { readEdge, type Edge } from '../../tools/local-servers/edge';
import { askFingerprint } from '../../tools/local-servers/served-certificate';
import {
  daysLeft,
  faultOfTime,
  isChainWhole,
  readTlsFiles,
  type TlsFiles,
} from '../../tools/local-servers/tls-files';

const { ok, warning, error } = findingsOf('NGINX');
/** Certificates of 90 days are usually renewed 30 days before they end. */
const FEWEST_DAYS = 21;

/** Judges the time and the chain of a certificate. @param served fingerprint of the one that NGINX shows */
export function judgeCertificate(
  file: string,
  { certificate, chain }: TlsFiles,
  served: string,
  now = Date.now(),
): Finding[] {
  const findings: Finding[] = [];
  const fault = faultOfTime(certificate, now);
  const days = daysLeft(certificate, now);
  if (fault) findings.push(error(`The certificate in ${file} ${fault}`, RENEW));
  else if (days < FEWEST_DAYS)
    findings.push(warning(`The certificate in ${file} ends in ${days} days`, RENEW));
  if (served !== certificate.fingerprint256)
    findings.push(
      warning(`NGINX does not serve the certificate in ${file} yet`, 'npx taskfleet reload nginx'),
    );
  if (certificate.checkIssued(certificate))
    findings.push(
      warning(`The certificate in ${file} signed itself: clients refuse it`, 'Get one from an authority'),
    );
  else if (chain.length === 1 || !isChainWhole(chain))
    findings.push(
      warning(
        `${file} lacks the certificates that lead to its root: some clients refuse it`,
        'Name the file with the whole chain, such as fullchain.pem, in TLS_CERT',
      ),
    );
  return findings.length > 0 ? findings : [ok(`serves a certificate that is good for ${days} days`)];
}

/** Judges who may read the private key. */
export function judgeKeyMode(file: string, mode: number): Finding[] {
  if ((mode & 0o007) === 0) return [];
  return [error(`Every user of this host can open ${file}, the private key`, `chmod o= ${file}`)];
}

/** Judges the addresses and the certificate with which NGINX was started. */
export async function examineEdge(edge: Edge): Promise<Finding[]> {
  const { LISTEN, TLS_CERT, TLS_KEY, REAL_IP_FROM } = edge;
  if (!LISTEN) return [];
  if (!TLS_CERT || !TLS_KEY) {
    const cure = 'Set TLS_CERT and TLS_KEY, or REAL_IP_FROM if a proxy before NGINX speaks HTTPS';
    return REAL_IP_FROM ? [] : [warning('LISTEN has no HTTPS: passwords can be read on their way', cure)];
  }
  try {
    const { tls } = readEdge(edge);
    const files = readTlsFiles(TLS_CERT, TLS_KEY);
    const served = await askFingerprint(tls!);
    return [
      ...judgeCertificate(TLS_CERT, files, served),
      ...judgeKeyMode(TLS_KEY, fs.statSync(TLS_KEY).mode),
    ];
  } catch (problem) {
    return [error(messageOf(problem), 'Correct it, then run: npx taskfleet reload nginx')];
  }
}

/** Finds the Admin of a development in production. @param dir folder of the stack */
export function examineAdmin(dir: string, env: NodeJS.ProcessEnv): Finding[] {
  const file = path.join(dir, 'admin-password');
  if (!isProduction(env) || !fs.existsSync(file)) return [];
  const says = `The Admin that npm start made before PROFILE was production has its password in ${file}`;
  return [warning(says, 'Give this Admin another password, or remove it, and delete the file')];
}
