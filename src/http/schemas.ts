import { z } from 'zod';

/** MongoDB's id: 24 hexadecimal digits. */
export const objectId = z
  .string()
  .regex(/^[0-9a-fA-F]{24}$/, 'is not an id: 24 hexadecimal digits are')
  .transform((id) => id.toLowerCase());

export const idParams = z.strictObject({ id: objectId });

/** A line or paragraph of text, trimmed. */
export const text = (min: number, max: number) =>
  z
    .string()
    .trim()
    .min(min)
    .max(max)
    .refine((value) => !value.includes('\0'), 'must not contain a null character')
    .refine((value) => !/\p{Surrogate}/u.test(value), 'must not contain half a character');

/** RFC 9457. */
export const problemSchema = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  requestId: z.string(),
  errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
});
