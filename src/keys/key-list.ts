import { createSecretKey, type KeyObject } from 'node:crypto';
import { digestOf } from '../lib/digest';

/** RFC 7518, 3.2: HS256 wants a key of at least 256 bits. */
export const SECRET_BYTES = 32;
/** A rotation leaves one key or two; each token without an id is tried with all of them. */
export const MOST_KEYS = 10;

/** A key of the tokens. */
export interface Key {
  /** Digest of the secret, the `kid` of its tokens. */
  id: string;
  secret: string;
  object: KeyObject;
  /** Milliseconds since 1970 from which its tokens are refused; unset: they never are. */
  until?: number;
  /** True for a key that signs after the next step of a rotation. */
  isNext?: boolean;
}

/** Reveals nothing about a random key. */
const idOf = (secret: string) => digestOf(`taskfleet key ${secret}`).slice(0, 12);

export const keyOf = (secret: string, more: Pick<Key, 'until' | 'isNext'> = {}): Key => ({
  id: idOf(secret),
  secret,
  // Given a string, jsonwebtoken tries to parse it as a private or public key for each token: 370 µs instead of 12.
  object: createSecretKey(Buffer.from(secret)),
  ...more,
});

const entriesOf = (text: string): string[] =>
  text
    .split(/[,\n]/)
    .map((entry) => entry.trim())
    .filter(Boolean);

/** Returns the secrets of a list, also of one that `parseKeys` refuses. */
export const secretsIn = (text: string): string[] => entriesOf(text).map((entry) => entry.split(' ')[0]!);

const ENTRY = /^(\S+)(?: +(next|until +(\S+)))?$/;

function entryFault(secret: string, ends: string | undefined, until: number): string | undefined {
  if (Buffer.byteLength(secret) < SECRET_BYTES)
    return `is too short: at least ${SECRET_BYTES} bytes are needed (openssl rand -hex ${SECRET_BYTES})`;
  return ends !== undefined && Number.isNaN(until) ? `ends at "${ends}", which is no time` : undefined;
}

/**
 * Parses a list of keys, one a line or separated by commas: `KEY`, `KEY next` or `KEY until 2026-11-27T03:00:00Z`. The
 * first signs; all verify, until their time.
 *
 * @returns keys, or the fault without any key in it
 */
export function parseKeys(text: string): { keys: Key[]; fault?: string } {
  const entries = entriesOf(text);
  if (entries.length === 0) return { keys: [], fault: 'has no key' };
  if (entries.length > MOST_KEYS) return { keys: [], fault: `has more than ${MOST_KEYS} keys` };
  const keys: Key[] = [];
  for (const [index, entry] of entries.entries()) {
    const fail = (fault: string) => ({ keys: [], fault: `key ${index + 1} ${fault}` });
    const [, secret, mark, ends] = ENTRY.exec(entry) ?? [];
    if (!secret) return fail('is not KEY, KEY next or KEY until TIME');
    const until = ends === undefined ? undefined : Date.parse(ends);
    const fault = entryFault(secret, ends, until ?? 0);
    if (fault) return fail(fault);
    keys.push(keyOf(secret, { until, isNext: mark === 'next' }));
  }
  if (keys[0]!.isNext || keys[0]!.until !== undefined)
    return {
      keys: [],
      fault: 'begins with a key that does not sign: the first one must have neither next nor until',
    };
  if (new Set(keys.map(({ id }) => id)).size < keys.length) return { keys: [], fault: 'has a key twice' };
  return { keys };
}

/** Writes keys in the form that `parseKeys` reads, one a line. */
export const formatKeys = (keys: Key[]): string =>
  keys
    .map(({ secret, until, isNext }) => {
      if (isNext) return `${secret} next\n`;
      return until === undefined ? `${secret}\n` : `${secret} until ${new Date(until).toISOString()}\n`;
    })
    .join('');
