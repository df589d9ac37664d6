import { z } from 'zod';
import { sentPassword } from '../users/password';

/** E-mail address or user name; either may be in `email`. Only lengths are checked, to reveal nothing before log-in. */
const login = z.string().trim().min(1).max(254).meta({ pattern: '\\S' });

export const logInSchema = z
  .strictObject({
    email: login.optional(),
    username: login.optional(),
    password: sentPassword,
  })
  .transform(({ email, username, password }, context) => {
    const name = email ?? username;
    if (!name) {
      context.addIssue({
        code: 'custom',
        message: 'an e-mail address or a user name is required',
        path: ['email'],
      });
      return z.NEVER;
    }
    return { login: name, password };
  })
  .meta({
    id: 'LogIn',
    // Requires a name besides the password. Not `anyOf`, with which generators drop the model or its fields.
    minProperties: 2,
    example: { email: 'ada@example.com', password: 'correct horse' },
  });
