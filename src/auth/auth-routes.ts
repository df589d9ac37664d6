import { created, ok } from '../http/routing/reply';
import { defineRoute, type Route } from '../http/routing/route';
import { newUserSchema } from '../users/user-schemas';
import { logInSchema, sessionSchema } from './auth-schemas';
import type { AuthService } from './auth-service';

export function authRoutes(auth: AuthService): Route[] {
  return [
    defineRoute({
      id: 'signUp',
      tag: 'Accounts',
      method: 'post',
      path: '/users/signup',
      summary: 'Sign up as a worker',
      description:
        'Whatever role the body names, it is `worker`. A replay has a token of its own. ' +
        'If the password would wait longer than two seconds, it is 503 and nothing was done: the same key can be sent again.',
      access: 'anyone',
      limit: 'signup',
      hashesPassword: true,
      body: newUserSchema,
      idempotent: true,
      responses: {
        201: {
          description: 'The user and a token',
          body: sessionSchema,
          headers: ['Location', 'Idempotent-Replayed'],
        },
      },
      handler: async ({ body, address, idempotency, requestId }) => {
        const { session, replayed } = await auth.signUp(body, { address, requestId }, idempotency);
        return created(session, `/users/${session.user._id}`, replayed);
      },
    }),
    defineRoute({
      id: 'logIn',
      tag: 'Accounts',
      method: 'post',
      path: '/users/login',
      summary: 'Log in by e-mail or user name',
      description:
        'Keep the token and send it with each request: past 30 right log-ins in 15 minutes from one address it is 429. ' +
        'If the password would wait longer than two seconds, or too many of one address wait, it is 503.',
      access: 'anyone',
      hashesPassword: true,
      storesNothing: true,
      body: logInSchema,
      responses: { 200: { description: 'The user and a token', body: sessionSchema } },
      problems: [401],
      handler: async ({ body, address, requestId }) =>
        ok(await auth.logIn(body.login, body.password, { address, requestId })),
    }),
  ];
}
