import { defineRoute, type Route } from '../http/route';
import { created, ok } from '../http/reply';
import { newUserSchema } from '../users/user-schemas';
import { logInSchema, sessionSchema } from './auth-schemas';
import type { AuthService } from './auth-service';

export function authRoutes(auth: AuthService): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/users/signup',
      summary: 'Sign up as a worker',
      access: 'anyone',
      body: newUserSchema,
      responses: { 201: sessionSchema },
      handler: async ({ body }) => {
        const session = await auth.signUp(body);
        return created(session, `/users/${session.user._id}`);
      },
    }),
    defineRoute({
      method: 'post',
      path: '/users/login',
      summary: 'Log in by e-mail or user name',
      access: 'anyone',
      body: logInSchema,
      responses: { 200: sessionSchema },
      handler: async ({ body }) => ok(await auth.logIn(body.login, body.password)),
    }),
  ];
}
