import fs from 'node:fs';
import path from 'node:path';
import { formatKeys, keyOf, parseKeys, type Key } from '../../src/keys/key-list';
import { codeOf } from '../../src/lib/error-code';
import { replaceFile } from '../../src/lib/replace-file';
import { UserError } from '../../tools/command/run-command';
import type { Role } from '../../tools/local-servers/stack-file';
import { newSecret } from '../../tools/local-servers/secrets';

const HOUR = 3_600_000;

/** File of the stack with the keys of the tokens. */
export const keysFile = (dir: string) => path.join(dir, 'jwt-secrets');
/** File of earlier versions with the only key. */
const oldFile = (dir: string) => path.join(dir, 'jwt-secret');

export const writeKeys = (file: string, keys: Key[]): void => replaceFile(file, formatKeys(keys));

/** @throws UserError if the file holds no list of keys */
export function readKeysOf(file: string): Key[] {
  const { keys, fault } = parseKeys(fs.readFileSync(file, 'utf8'));
  if (fault) throw new UserError(`${file} ${fault}. Correct it, or put back the file of before.`);
  return keys;
}

/**
 * Leaves out keys that no process needs any more. A key is needed after the end of its tokens, as long as answers to an
 * Idempotency-Key are kept: these are found by a fingerprint made with it.
 */
export function withoutOld(keys: Key[], env: Record<string, string>): Key[] {
  const keptMs = (Number(env.IDEMPOTENCY_TTL_HOURS) || 24) * HOUR;
  return keys.filter(({ until }) => until === undefined || until + keptMs > Date.now());
}

/** Makes the file if it is missing, and drops old keys from it. @throws UserError if another host has to make it */
function ensureKeys(dir: string, env: Record<string, string>, role: Role): string {
  const file = keysFile(dir);
  try {
    const keys = readKeysOf(file);
    const needed = withoutOld(keys, env);
    if (needed.length < keys.length) writeKeys(file, needed);
    else fs.chmodSync(file, 0o600);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    // Keys of its own would refuse the tokens of the other hosts.
    if (role === 'workers')
      throw new UserError(
        `${file} is missing. Copy jwt-secrets from the data folder of the first host to it (mode 600), or name the file by JWT_SECRETS_FILE.`,
      );
    const old = oldFile(dir);
    writeKeys(file, [keyOf(fs.existsSync(old) ? fs.readFileSync(old, 'utf8').trim() : newSecret())]);
  }
  return file;
}

/** @returns variables that name the keys of the tokens: those of the stack, unless `env` names others */
export function keyVariables(dir: string, env: Record<string, string>, role: Role): Record<string, string> {
  const isForeign = (file: string | undefined, own: string) => Boolean(file) && file !== own;
  if (env.JWT_SECRETS || isForeign(env.JWT_SECRETS_FILE, keysFile(dir))) return {};
  if (env.JWT_SECRET || isForeign(env.JWT_SECRET_FILE, oldFile(dir))) return { JWT_SECRETS_FILE: '' };
  return { JWT_SECRETS_FILE: ensureKeys(dir, env, role), JWT_SECRET_FILE: '' };
}
