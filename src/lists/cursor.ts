import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Key } from '../keys/key-list';
import { perKey, type KeyRing } from '../keys/key-ring';
import { digestOf } from '../lib/digest';

/** Start of a page: next to the entry with these values of the sorted fields and this id. */
export interface Position {
  values: (string | number | Date)[];
  id: string;
  /** True if the page lies towards the beginning of the list. */
  backward: boolean;
}

const schema = z.tuple([
  z.string(),
  z.enum(['n', 'p']),
  z
    .array(
      z.union([z.string().max(200), z.number(), z.strictObject({ t: z.int().min(-8.64e15).max(8.64e15) })]),
    )
    .max(3),
  z.string().regex(/^[0-9a-f]{24}$/),
]);

/** Identifies the list of a cursor, which is not valid for other filters or another order. */
const idOf = (list: string) => digestOf(list).slice(0, 8);

/** Characters of base64url: 128 bits. */
const SEAL_LENGTH = 22;

export type Cursors = ReturnType<typeof createCursors>;

/**
 * Makes and reads cursors, which are opaque to clients: a seal (HMAC-SHA256 of the text after it) and the text. Each page
 * has its own cache entry, so only cursors made by the API are valid. The sealing key is derived from the key of the
 * tokens by HKDF (RFC 5869): a seal reveals nothing about that, and ends with the tokens of its key.
 */
export function createCursors(keys: KeyRing) {
  const sealing = perKey((secret) => Buffer.from(hkdfSync('sha256', secret, '', 'taskfleet cursors', 32)));
  const sealOf = (text: string, key = keys.current()) =>
    createHmac('sha256', sealing(key)).update(text).digest('base64url').slice(0, SEAL_LENGTH);

  /** Compares texts instead of decoded bytes, since base64url has several spellings of the same bytes. */
  function isSealedBy(key: Key, seal: string, text: string): boolean {
    const [given, right] = [Buffer.from(seal), Buffer.from(sealOf(text, key))];
    return given.length === right.length && timingSafeEqual(given, right);
  }

  return {
    /** @param list the filters and the sort in one text */
    encode(list: string, { values, id, backward }: Position): string {
      const plain = values.map((value) => (value instanceof Date ? { t: value.getTime() } : value));
      const json = JSON.stringify([idOf(list), backward ? 'p' : 'n', plain, id]);
      const text = Buffer.from(json, 'utf8').toString('base64url');
      return sealOf(text) + text;
    },

    /** Returns undefined if the cursor was not made with an accepted key, `foreign` if it belongs to another list. */
    decode(list: string, cursor: string): Position | 'foreign' | undefined {
      const text = cursor.slice(SEAL_LENGTH);
      const seal = cursor.slice(0, SEAL_LENGTH);
      if (!keys.accepted().some((key) => isSealedBy(key, seal, text))) return undefined;
      const parsed = schema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
      if (!parsed.success) return undefined;
      const [digest, towards, plain, id] = parsed.data;
      if (digest !== idOf(list)) return 'foreign';
      const values = plain.map((value) => (typeof value === 'object' ? new Date(value.t) : value));
      return { values, id, backward: towards === 'p' };
    },
  };
}
