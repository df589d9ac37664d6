import { readFileSync } from 'node:fs';
import { keyOf, parseKeys, SECRET_BYTES, type Key } from '../keys/key-list';

interface TokenKeys {
  /** The first signs. Empty if there was a fault. */
  jwtKeys: Key[];
  /** File of the keys, which is read again when it changes. */
  jwtKeysFile?: string;
}

const GENERATE = `at least ${SECRET_BYTES} bytes are needed (openssl rand -hex ${SECRET_BYTES}).`;

/**
 * Reads the keys of the tokens: JWT_SECRETS, else JWT_SECRETS_FILE, else the one of JWT_SECRET or JWT_SECRET_FILE.
 *
 * @param faults gets what is wrong, without any part of a key
 */
export function readKeys(given: Record<string, string | undefined>, faults: string[]): TokenKeys {
  const { JWT_SECRETS: list, JWT_SECRETS_FILE: file } = given;
  if (list) return { jwtKeys: parsed('JWT_SECRETS', list, faults) };
  if (file) {
    const text = readText('JWT_SECRETS_FILE', file, faults);
    return { jwtKeys: text === undefined ? [] : parsed('JWT_SECRETS_FILE', text, faults), jwtKeysFile: file };
  }
  return { jwtKeys: readOne(given.JWT_SECRET, given.JWT_SECRET_FILE, faults) };
}

function parsed(name: string, text: string, faults: string[]): Key[] {
  const { keys, fault } = parseKeys(text);
  if (fault) faults.push(`${name} ${fault}.`);
  return keys;
}

function readText(name: string, file: string, faults: string[]): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    faults.push(`${name} is "${file}", which cannot be read.`);
    return undefined;
  }
}

function readOne(value: string | undefined, file: string | undefined, faults: string[]): Key[] {
  const isFromFile = !value && file;
  const secret = isFromFile ? readText('JWT_SECRET_FILE', file, faults)?.trim() : (value ?? '');
  if (secret === undefined) return [];
  if (Buffer.byteLength(secret) >= SECRET_BYTES) return [keyOf(secret)];
  const name = isFromFile && secret ? 'JWT_SECRET_FILE' : 'JWT_SECRET';
  faults.push(`${name} is ${secret ? 'too short' : 'not set'}: ${GENERATE}`);
  return [];
}
