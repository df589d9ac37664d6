import { z } from 'zod';
import { ignored, objectId, plainText, text, time } from '../http/schemas';

export const roleSchema = z.enum(['Admin', 'worker']).meta({ id: 'Role' });

const EXAMPLE = {
  _id: '665f1c2ab7e4d83f90a1b2c4',
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  username: 'ada',
  role: 'worker',
  createdAt: '2026-11-22T09:00:00.000Z',
  updatedAt: '2026-11-22T09:00:00.000Z',
};

/** Stricter than zod's, which lets a part of the domain end in a hyphen: what is documented as `email` is one. */
const EMAIL =
  /^(?:[A-Za-z0-9_'+-]+\.)*[A-Za-z0-9_'+-]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}$/;
const USERNAME = /^[\w.-]{3,40}$/;

/** A user as others see them: in a task's `assignedTo`. */
export const personSchema = z
  .strictObject({
    _id: objectId,
    name: plainText(100),
    email: plainText(254),
    username: z.string().max(40).regex(USERNAME),
    role: roleSchema,
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Person', example: EXAMPLE });

/** `tasks`: ids, newest first, at most 100. */
export const userSchema = personSchema
  .extend({ tasks: z.array(objectId).max(100) })
  .meta({ id: 'User', example: { ...EXAMPLE, tasks: ['665f1c2ab7e4d83f90a1b2c3'] } });

const MIN_CHARACTERS = 8;
/** bcrypt reads no more; a longer password would be cut silently (OWASP ASVS 5, 6.2.8). */
const MAX_BYTES = 72;

export const newPassword = z
  .string()
  .refine((value) => [...value].length >= MIN_CHARACTERS, `at least ${MIN_CHARACTERS} characters are needed`)
  .refine((value) => Buffer.byteLength(value) <= MAX_BYTES, `at most ${MAX_BYTES} bytes (UTF-8) are allowed`)
  .refine((value) => !value.includes('\0'), 'must not contain a null character')
  .meta({
    minLength: MIN_CHARACTERS,
    maxLength: MAX_BYTES,
    format: 'password',
    pattern: '^[^\\0]*$',
    example: 'correct horse',
  });

const fields = {
  name: text(1, 100),
  email: z.string().trim().max(254).regex(EMAIL, 'is not an e-mail address').meta({ format: 'email' }),
  username: z
    .string()
    .trim()
    .regex(USERNAME, '3 to 40 letters, digits, dots, hyphens or underscores')
    .meta({ minLength: 3, maxLength: 40 }),
};

/** They may come along, as in a body copied from an answer, and count for nothing. */
const serverOwned = { _id: ignored, role: ignored, tasks: ignored, createdAt: ignored, updatedAt: ignored };

/** What a person says of themselves. */
export const newUserSchema = z
  .strictObject({ ...fields, password: newPassword, ...serverOwned })
  .transform(({ name, email, username, password }) => ({ name, email, username, password }))
  .meta({
    id: 'NewUser',
    example: { name: 'Ada Lovelace', email: 'ada@example.com', username: 'ada', password: 'correct horse' },
  });

/** By RFC 7396; none of these can be without a value, so null is refused. `role` may only be what it is. */
export const userPatchSchema = z
  .strictObject({ ...fields, ...serverOwned, role: roleSchema })
  .partial()
  .transform(({ _id, tasks, createdAt, updatedAt, ...changes }) => changes)
  .meta({ id: 'UserPatch', example: { name: 'Ada King' } });
