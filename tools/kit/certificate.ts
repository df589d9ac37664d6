import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

export interface Certificate {
  cert: string;
  key: string;
}

/** Makes a certificate of localhost with its key, in files of this folder; for tests and drills alone. */
export function makeCertificate(dir: string, name = 'tls', kind: 'ec' | 'rsa:1024' = 'ec'): Certificate {
  fs.mkdirSync(dir, { recursive: true });
  const files = { cert: path.join(dir, `${name}.crt`), key: path.join(dir, `${name}.key`) };
  const newKey = ['-newkey', kind, ...(kind === 'ec' ? ['-pkeyopt', 'ec_paramgen_curve:prime256v1'] : [])];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const written = ['-nodes', '-days', '30', '-keyout', files.key, '-out', files.cert];
  execFileSync('openssl', ['req', '-x509', ...newKey, ...subject, ...written], { stdio: 'pipe' });
  return files;
}
