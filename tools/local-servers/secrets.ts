import crypto from 'node:crypto';
import fs from 'node:fs';
import { codeOf } from '../../src/lib/error-code';

/** Returns letters and digits, which need no quoting in a URL, in MongoDB's key file and in any configuration. */
export const newSecret = (bytes = 32): string => crypto.randomBytes(bytes).toString('hex');

/**
 * Creates a secret once, in a file that only its owner can read.
 *
 * @returns the file's path
 */
export function ensureSecret(file: string, bytes = 32): string {
  try {
    fs.writeFileSync(file, newSecret(bytes), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    fs.chmodSync(file, 0o600);
  }
  return file;
}

/** Returns the secret; creates it if it is missing. */
export const readSecret = (file: string) => fs.readFileSync(ensureSecret(file), 'utf8').trim();
