import { z } from 'zod';
import { PERSON_EXAMPLE, personSchema, roleSchema, USERNAME } from '../people/person-schema';
import { ignored, objectId } from '../schemas/values';
import { text } from '../schemas/text';
import { containsName, NAME_FAULT } from './guessable-password';
import { newPassword, sentPassword } from './password';

/**
 * HTML's pattern of a valid e-mail address (html.spec.whatwg.org), with RFC 5321's Dot-string and a dot in the domain, as
 * validators of JSON Schema understand `format: email`. A domain in another script has to be in its ASCII form, `xn--…`.
 * Matched after the length is checked.
 */
const EMAIL =
  /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
/** `tasks`: ids, newest first, at most 100. */
export const userSchema = personSchema
  .extend({
    disabled: z.boolean().meta({ description: 'Whether log-ins and tokens of the user are refused.' }),
    tasks: z.array(objectId).max(100),
  })
  .meta({
    id: 'User',
    example: { ...PERSON_EXAMPLE, disabled: false, tasks: ['665f1c2ab7e4d83f90a1b2c3'] },
  });

const MAX_EMAIL = 254;
const emailFault = (value: string) => {
  if (value.length > MAX_EMAIL) return `must be at most ${MAX_EMAIL} characters`;
  if (/[^\0-\x7f]/.test(value)) return 'must be ASCII: write a domain in another script as xn--…';
  return EMAIL.test(value) ? undefined : 'is not an e-mail address';
};

const email = z
  .string()
  .trim()
  .superRefine((value, context) => {
    const message = emailFault(value);
    if (message) context.addIssue({ code: 'custom', message });
  })
  .meta({
    format: 'email',
    maxLength: MAX_EMAIL,
    description: 'ASCII; a domain in another script as xn--…, with labels of up to 63 characters.',
  });

const fields = {
  name: text(1, 100),
  email,
  username: z
    .string()
    .trim()
    .regex(USERNAME, 'must be 3 to 40 letters, digits, dots, hyphens or underscores')
    .meta({ minLength: 3, maxLength: 40 }),
};

/** Fields that a body copied from an answer may contain, and that have no effect. */
const serverOwned = { _id: ignored, tasks: ignored, createdAt: ignored, updatedAt: ignored };

export const newUserSchema = z
  .strictObject({ ...fields, password: newPassword, role: ignored, disabled: ignored, ...serverOwned })
  .refine(({ password, ...person }) => !containsName(password, person), {
    message: NAME_FAULT,
    path: ['password'],
  })
  .transform(({ name, email, username, password }) => ({ name, email, username, password }))
  .meta({
    id: 'NewUser',
    example: { name: 'Ada Lovelace', email: 'ada@example.com', username: 'ada', password: 'correct horse' },
  });

/** A user whom an Admin creates, without a password. */
export const addedUserSchema = z
  .strictObject({ ...fields, role: roleSchema.default('worker'), disabled: ignored, ...serverOwned })
  .transform(({ name, email, username, role }) => ({ name, email, username, role }))
  .meta({
    id: 'AddedUser',
    example: { name: 'Grace Hopper', email: 'grace@example.com', username: 'grace', role: 'worker' },
  });

/**
 * A merge patch (RFC 7396). No field can be empty, so null is refused. `role` and `disabled` must be the current ones
 * unless an Admin changes another user.
 */
export const userPatchSchema = z
  .strictObject({
    ...fields,
    ...serverOwned,
    role: roleSchema,
    disabled: z.boolean(),
    currentPassword: sentPassword.meta({
      description: 'Needed to change your own `email` or `username`.',
    }),
  })
  .partial()
  .transform(({ _id, tasks, createdAt, updatedAt, ...changes }) => changes)
  .meta({ id: 'UserPatch', example: { name: 'Ada King' } });

/** Body of `DELETE /users/{id}`. */
export const userRemovalSchema = z
  .strictObject({
    currentPassword: sentPassword.optional().meta({ description: 'Needed to remove yourself.' }),
  })
  .meta({ id: 'UserRemoval', example: { currentPassword: 'correct horse' } });
