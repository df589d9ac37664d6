import { createReadStream } from 'node:fs';
import { open, readFile, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { UserError } from '../command-line/convention';
import { codeOf, messageOf } from '../lib/error-code';

/** Begins each file in the format of age (age-encryption.org/v1). */
const MAGIC = 'age-encryption.org/v1\n';
const KEY = /^AGE-SECRET-KEY-1[0-9A-Z]+$/;

/** An encrypted file that is damaged. */
export class DecryptionError extends Error {}

/** The library is ESM. */
const loadAge = () => import('age-encryption');

type Bytes = AsyncIterable<Uint8Array>;
/** The library's types are those of browsers, whose streams are no iterables. */
const toWeb = (bytes: Bytes) => ReadableStream.from(bytes) as unknown as never;
const fromWeb = (stream: unknown) => stream as Bytes;

/**
 * Reads the keys of the file that BACKUP_KEY_FILE names: the first encrypts, and all decrypt.
 *
 * @returns none if the variable is not set
 * @throws UserError, whose message shows no part of a key
 */
export async function readBackupKeys({ BACKUP_KEY_FILE: file }: NodeJS.ProcessEnv): Promise<string[]> {
  if (!file) return [];
  const lines = (await readFile(file, 'utf8')).split('\n').map((line) => line.trim());
  const keys = lines.filter((line) => line && !line.startsWith('#'));
  const { identityToRecipient } = await loadAge();
  const isKey = async (key: string) =>
    KEY.test(key) &&
    identityToRecipient(key).then(
      () => true,
      () => false,
    );
  const areKeys = await Promise.all(keys.map(isKey));
  if (keys.length > 0 && areKeys.every(Boolean)) return keys;
  throw new UserError(`${file}, which BACKUP_KEY_FILE names, must hold keys of age (AGE-SECRET-KEY-1…), one a line.
To make a key: npx taskfleet backup --new-key FILE`);
}

/** Writes a new key to a file that only its owner can read; an existing file stays as it is. */
export async function writeNewKey(file: string): Promise<void> {
  const { generateX25519Identity, identityToRecipient } = await loadAge();
  const key = await generateX25519Identity();
  const about = `# key of taskfleet's backups, created ${new Date().toISOString()}\n# public key: ${await identityToRecipient(key)}\n`;
  await writeFile(file, `${about}${key}\n`, { mode: 0o600, flag: 'wx' });
}

/** Returns the step of a pipeline that encrypts with a key. */
export const encrypting = (key: string) =>
  async function* (plain: Bytes): Bytes {
    const { Encrypter, identityToRecipient } = await loadAge();
    const encrypter = new Encrypter();
    encrypter.addRecipient(await identityToRecipient(key));
    yield* fromWeb(await encrypter.encrypt(toWeb(plain)));
  };

/**
 * Opens a file, and decrypts it if it is encrypted.
 *
 * @throws UserError if it is encrypted and there is no key; the stream throws DecryptionError
 */
export async function openFile(file: string, keys: string[]): Promise<Readable> {
  if (!(await isEncrypted(file))) return createReadStream(file);
  if (keys.length > 0) return Readable.from(decrypted(file, keys));
  throw new UserError(`${file} is encrypted: set BACKUP_KEY_FILE to the file of its key.`);
}

async function isEncrypted(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    return buffer.toString('latin1') === MAGIC;
  } finally {
    await handle.close();
  }
}

async function* decrypted(file: string, keys: string[]): Bytes {
  const { Decrypter } = await loadAge();
  const decrypter = new Decrypter();
  for (const key of keys) decrypter.addIdentity(key);
  try {
    yield* fromWeb(await decrypter.decrypt(toWeb(createReadStream(file))));
  } catch (error) {
    // The file system's own errors have a code.
    if (codeOf(error)) throw error;
    const isOther = /no identity matched/.test(messageOf(error));
    throw new DecryptionError(isOther ? OTHER_KEY : `it cannot be decrypted (${messageOf(error)})`);
  }
}

const OTHER_KEY = 'no key in BACKUP_KEY_FILE opens it: it has another key, or its head is damaged';
