import { z } from 'zod';
import { userSchema } from '../users/user-schemas';

/** E-mail or user name; either may stand in `email`. Lengths only: what is wrong is not told before log-in. */
const login = z.string().trim().min(1).max(254);

export const logInSchema = z
  .strictObject({
    email: login.optional(),
    username: login.optional(),
    password: z.string().min(1).max(1_024),
  })
  .transform(({ email, username, password }, context) => {
    const name = email ?? username;
    if (!name) {
      context.addIssue({
        code: 'custom',
        message: 'an e-mail address or a user name is needed',
        path: ['email'],
      });
      return z.NEVER;
    }
    return { login: name, password };
  });

export const sessionSchema = z.strictObject({ token: z.string(), user: userSchema });
