import { z } from 'zod';
import { objectId, text } from '../http/schemas';

export const roleSchema = z.enum(['Admin', 'worker']);

/** A user as others see them: in a task's `assignedTo`. */
export const personSchema = z.strictObject({
  _id: objectId,
  name: z.string(),
  email: z.string(),
  username: z.string(),
  role: roleSchema,
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});

/** `tasks`: ids, newest first, at most 100. */
export const userSchema = personSchema.extend({ tasks: z.array(objectId).max(100) });

const MIN_CHARACTERS = 8;
/** bcrypt reads no more; a longer password would be cut silently (OWASP ASVS 5, 6.2.8). */
const MAX_BYTES = 72;

export const newPassword = z
  .string()
  .refine((value) => [...value].length >= MIN_CHARACTERS, `at least ${MIN_CHARACTERS} characters are needed`)
  .refine((value) => Buffer.byteLength(value) <= MAX_BYTES, `at most ${MAX_BYTES} bytes (UTF-8) are allowed`)
  .refine((value) => !value.includes('\0'), 'must not contain a null character');

/** What a person says of themselves. `role` and the like may come along, as in a body copied from an answer. */
export const newUserSchema = z
  .strictObject({
    name: text(1, 100),
    email: z.string().trim().pipe(z.email().max(254)),
    username: z
      .string()
      .trim()
      .regex(/^[\w.-]{3,40}$/, '3 to 40 letters, digits, dots, hyphens or underscores'),
    password: newPassword,
    _id: z.unknown().optional(),
    role: z.unknown().optional(),
    tasks: z.unknown().optional(),
    createdAt: z.unknown().optional(),
    updatedAt: z.unknown().optional(),
  })
  .transform(({ name, email, username, password }) => ({ name, email, username, password }));
