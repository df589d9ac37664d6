import crypto from 'node:crypto';
import fs from 'node:fs';
import { codeOf } from '../../src/lib/error-code';

/**
 * A secret made once and kept in a file only its owner can read. Letters and digits alone, which a URL, MongoDB's key
 * file and every server's configuration take as they are.
 *
 * @returns the file's path
 */
export function ensureSecret(file: string, bytes = 32): string {
  try {
    fs.writeFileSync(file, crypto.randomBytes(bytes).toString('hex'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    fs.chmodSync(file, 0o600);
  }
  return file;
}

/** The secret itself, made if it is not there yet. */
export const readSecret = (file: string) => fs.readFileSync(ensureSecret(file), 'utf8').trim();

/** Writes a file that holds a secret. A file of before may be open to other users, so it is removed first. */
export function writePrivate(file: string, text: string) {
  fs.rmSync(file, { force: true });
  fs.writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
}
