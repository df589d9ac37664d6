import { createHash } from 'node:crypto';
import { z } from 'zod';

/** Where a page begins: beside the entry with these values of the sorted fields and this id. */
export interface Position {
  values: (string | number | Date)[];
  id: string;
  /** Towards the beginning of the list. */
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

/** What a cursor belongs to: it leads nowhere in a list of other filters or another order. */
const signature = (list: string) => createHash('sha256').update(list).digest('base64url').slice(0, 8);

/** Opaque to clients. `list`: the filters and the sort in one text. */
export function encodeCursor(list: string, { values, id, backward }: Position): string {
  const plain = values.map((value) => (value instanceof Date ? { t: value.getTime() } : value));
  const text = JSON.stringify([signature(list), backward ? 'p' : 'n', plain, id]);
  return Buffer.from(text, 'utf8').toString('base64url');
}

/** Undefined where it is none; `foreign` where it is of another list. */
export function decodeCursor(list: string, text: string): Position | 'foreign' | undefined {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) return undefined;
  const [of, towards, plain, id] = parsed.data;
  if (of !== signature(list)) return 'foreign';
  const values = plain.map((value) => (typeof value === 'object' ? new Date(value.t) : value));
  return { values, id, backward: towards === 'p' };
}
