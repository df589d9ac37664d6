import { created, ok } from '../http/routing/reply';
import { defineRoute, type Route } from '../http/routing/route';
import { addedUserSchema, newUserSchema } from '../users/user-schemas';
import { grantSchema } from '../sessions/session-schemas';
import { logInSchema } from './auth-schemas';
import type { AuthService } from './auth-service';
import type { CreateUser } from './create-user';
import { createdUserSchema } from './password-schemas';

export function authRoutes(auth: AuthService, createUser: CreateUser): Route[] {
  return [
    defineRoute({
      id: 'createUser',
      tag: 'Users',
      method: 'post',
      path: '/users',
      summary: 'Create a user, who sets a password by the returned token',
      description:
        'The user cannot log in before that. Hand the token over like one of `POST /users/{id}/password-reset`, which makes a new one. ' +
        'A replay returns a new token.',
      access: 'Admin',
      sessionOnly: true,
      body: addedUserSchema,
      idempotent: true,
      responses: {
        201: {
          description: 'The user and the token',
          body: createdUserSchema,
          headers: ['Location', 'Idempotent-Replayed'],
        },
      },
      handler: async (input) => {
        const { made, replayed } = await createUser(input.body, input, input.idempotency);
        return created(made, `/users/${made.user._id}`, replayed);
      },
    }),
    defineRoute({
      id: 'signUp',
      tag: 'Accounts',
      method: 'post',
      path: '/users/signup',
      summary: 'Sign up as a member',
      description:
        'The role is always `worker`, whatever the body says. A replay with the present password returns a new token, of a new session. ' +
        'If hashing the password would wait longer than two seconds, the answer is 503 and the request had no effect: send it again with the same key.',
      access: 'anyone',
      limit: 'signup',
      hashesPassword: true,
      body: newUserSchema,
      idempotent: true,
      responses: {
        201: {
          description: 'The user and tokens of a new session',
          body: grantSchema,
          headers: ['Location', 'Idempotent-Replayed'],
        },
      },
      problems: [401],
      handler: async ({ body, address, idempotency, requestId, userAgent }) => {
        const sender = { address, requestId, userAgent };
        const { session, replayed } = await auth.signUp(body, sender, idempotency);
        return created(session, `/users/${session.user._id}`, replayed);
      },
    }),
    defineRoute({
      id: 'logIn',
      tag: 'Accounts',
      method: 'post',
      path: '/users/login',
      summary: 'Log in by e-mail address or user name',
      description:
        'Keep the token, send it with each request, and renew it with `POST /users/token`: more than 30 successful log-ins in 15 minutes from one address get 429. ' +
        'If checking the password would wait longer than two seconds, or too many requests from one address wait, the answer is 503.',
      access: 'anyone',
      hashesPassword: true,
      storesNothing: true,
      body: logInSchema,
      responses: { 200: { description: 'The user and tokens of a new session', body: grantSchema } },
      problems: [401],
      handler: async ({ body, address, requestId, userAgent }) =>
        ok(await auth.logIn(body.login, body.password, { address, requestId, userAgent })),
    }),
  ];
}
