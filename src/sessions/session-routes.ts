import { z } from 'zod';
import { noContent, ok } from '../http/routing/reply';
import { defineRoute, type Route } from '../http/routing/route';
import { toUser } from '../users/user-view';
import { MOST_SESSIONS } from './open-session';
import type { SessionService } from './session-service';
import { grantSchema, logOutSchema, renewalSchema, sessionParams, sessionSchema } from './session-schemas';

/** Declares how to renew a token, log out, and manage sessions. */
export function sessionRoutes(
  sessions: SessionService,
  taskIdsOf: (userId: string) => Promise<string[]>,
): Route[] {
  return [
    defineRoute({
      id: 'renewToken',
      tag: 'Accounts',
      method: 'post',
      path: '/users/token',
      summary: 'Renew the token of a session',
      description:
        'Replaces the refresh token. The one before gives the same answer for 30 seconds, so a request without an answer can be sent again. ' +
        'Sent later, it has been stolen or copied: its session ends, and the answer is 401.',
      access: 'anyone',
      storesNothing: true,
      body: renewalSchema,
      responses: { 200: { description: 'The user and new tokens', body: grantSchema } },
      problems: [401],
      handler: async ({ body, address, requestId, userAgent }) => {
        const client = { address, requestId, userAgent };
        const { grant, user } = await sessions.renew(body.refreshToken, client);
        return ok({ ...grant, user: toUser(user, await taskIdsOf(String(user._id))) });
      },
    }),
    defineRoute({
      id: 'logOut',
      tag: 'Accounts',
      method: 'post',
      path: '/users/logout',
      summary: 'Log out: end the session of this token, or all of the user',
      description:
        'Within a second of the answer no API worker accepts a token of an ended session. ' +
        'A token that an earlier release issued belongs to no session: with it, all sessions of the user end.',
      access: 'user',
      sessionOnly: true,
      storesNothing: true,
      body: logOutSchema,
      bodyOptional: true,
      responses: { 204: { description: 'Logged out', body: null } },
      handler: async (input) => {
        await sessions.logOut(input, input.body.all);
        return noContent;
      },
    }),
    defineRoute({
      id: 'listSessions',
      tag: 'Accounts',
      method: 'get',
      path: '/users/me/sessions',
      summary: 'List your sessions, the last used first',
      access: 'user',
      sessionOnly: true,
      uncached: true,
      responses: {
        200: { description: 'The sessions', body: z.array(sessionSchema).max(MOST_SESSIONS) },
      },
      handler: async ({ user }) => ok(await sessions.list(user)),
    }),
    defineRoute({
      id: 'endOtherSessions',
      tag: 'Accounts',
      method: 'delete',
      path: '/users/me/sessions',
      summary: 'End all your sessions but this one',
      description:
        'Tokens that an earlier release issued belong to no session and stay valid until they expire.',
      access: 'user',
      sessionOnly: true,
      storesNothing: true,
      responses: { 204: { description: 'Ended', body: null } },
      handler: async (input) => {
        await sessions.endOthers(input);
        return noContent;
      },
    }),
    defineRoute({
      id: 'endSession',
      tag: 'Accounts',
      method: 'delete',
      path: '/users/me/sessions/:id',
      summary: 'End one of your sessions',
      access: 'user',
      sessionOnly: true,
      storesNothing: true,
      params: sessionParams,
      responses: { 204: { description: 'Ended', body: null } },
      handler: async (input) => {
        await sessions.endOne(input, input.params.id);
        return noContent;
      },
    }),
  ];
}
