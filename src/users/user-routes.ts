import { z } from 'zod';
import { pageReply, toListQuery, listQuery } from '../http/routing/pagination';
import { cached, noContent, okAt } from '../http/routing/reply';
import { defineRoute, type Route } from '../http/routing/route';
import { idParams, dateOrTime, ownExample, words } from '../schemas/values';
import { taskSchema } from '../tasks/task-schemas';
import { userPatchSchema, userRemovalSchema, userSchema } from './user-schemas';
import type { Confirm, UserService } from './user-service';
import { userTable } from './user-lists';
import { roleSchema } from '../people/person-schema';

/** Query of `GET /users`; user-lists.ts lists the supported combinations. */
export const userListQuery = listQuery({
  table: userTable,
  fields: Object.keys(userSchema.shape),
  filters: {
    role: roleSchema.optional().meta({ description: 'With this role.' }),
    disabled: z
      .enum(['true', 'false'])
      .transform((value) => value === 'true')
      .optional()
      .meta({ description: 'Only disabled users, or only others.' }),
    q: words.optional().meta({
      description: 'Whole words, all of which are in name, user name or e-mail address; case-insensitive.',
      example: 'ada',
    }),
    createdFrom: dateOrTime.optional().meta({ description: 'Signed up at or after this time.' }),
    createdBefore: dateOrTime.optional().meta({ description: 'Signed up before this time.' }),
  },
  scope: {},
});

const userWithTasks = userSchema
  .extend({ tasks: z.array(taskSchema).max(100) })
  .meta({ id: 'UserWithTasks', example: { ...ownExample(userSchema), tasks: [] } });
/** A user with `fields=`: the given fields, and `_id`. */
const userPart = userWithTasks.partial().required({ _id: true }).meta({ id: 'UserPart', example: undefined });

/** @param confirm asks the caller for the present password */
export function userRoutes(users: UserService, confirm: Confirm): Route[] {
  return [
    defineRoute({
      id: 'listUsers',
      tag: 'Users',
      method: 'get',
      path: '/users',
      summary: 'List users with their tasks, newest first',
      description: 'At most 100 tasks of each user. `fields=` without `tasks` is much cheaper.',
      access: 'Admin',
      query: userListQuery,
      responses: {
        200: {
          description: 'A page of users',
          body: z.array(z.union([userWithTasks, userPart])).max(100),
          headers: ['ETag', 'Link', 'X-Cache', 'X-Total-Count'],
        },
      },
      handler: async ({ query, user, url }) =>
        pageReply(await users.list(toListQuery(query), user), { path: '/users', query, url }),
    }),
    defineRoute({
      id: 'getMe',
      tag: 'Users',
      method: 'get',
      path: '/users/me',
      summary: 'Get the user of this token',
      description: 'The same answer, with the same tag, as `GET /users/{id}` with your own id.',
      access: 'user',
      responses: { 200: { description: 'The user', body: userSchema, headers: ['ETag', 'X-Cache'] } },
      handler: async ({ user }) => cached(await users.get(user.id, user)),
    }),
    defineRoute({
      id: 'getUser',
      tag: 'Users',
      method: 'get',
      path: '/users/:id',
      summary: 'Get a user; members may only get themselves',
      access: 'user',
      params: idParams,
      responses: { 200: { description: 'The user', body: userSchema, headers: ['ETag', 'X-Cache'] } },
      problems: [403],
      handler: async ({ params, user }) => cached(await users.get(params.id, user)),
    }),
    defineRoute({
      id: 'patchUser',
      tag: 'Users',
      method: 'patch',
      path: '/users/:id',
      summary: 'Update a user; members may only update themselves',
      description:
        'A JSON merge patch (RFC 7396): other fields stay as they are. No field can be null. ' +
        'An Admin may change `role` and `disabled` of other users, which ends their sessions and tokens; ' +
        'the last enabled Admin stays. A disabled user is refused like a wrong password, and keeps their tasks. ' +
        'A new e-mail address or user name of your own needs `currentPassword`, whose failures count as failed log-ins, and counts towards the limit of sign-ups, since the answer reveals whether it is taken.',
      access: 'user',
      sessionOnly: true,
      limit: 'signup',
      limitedIf: ({ email, username }) => email !== undefined || username !== undefined,
      params: idParams,
      body: userPatchSchema,
      bodyTypes: ['application/merge-patch+json', 'application/json'],
      conditional: true,
      responses: { 200: { description: 'The updated user', body: userSchema, headers: ['ETag'] } },
      problems: [403, 409],
      handler: async (input) => {
        const { id } = input.params;
        const { currentPassword, ...changes } = input.body;
        if (await users.changesOwnLogin(id, changes, input.user))
          await confirm(currentPassword, { action: 'login-names-changed', origin: input }, () => {});
        return okAt(await users.update(id, changes, input, input.precondition));
      },
    }),
    defineRoute({
      id: 'deleteUser',
      tag: 'Users',
      method: 'delete',
      path: '/users/:id',
      summary: 'Remove a user and unassign their tasks',
      description:
        'Removing yourself needs `currentPassword` in the body. The last enabled Admin cannot be removed. ' +
        'After the answer no API worker accepts a token of the user.',
      access: 'user',
      sessionOnly: true,
      params: idParams,
      conditional: true,
      body: userRemovalSchema,
      bodyOptional: true,
      responses: { 204: { description: 'Removed', body: null } },
      problems: [403, 409],
      handler: async (input) => {
        const { body, params, user } = input;
        if (params.id === user.id)
          await confirm(body.currentPassword, { action: 'user-removed', origin: input }, () => {});
        await users.remove(input.params.id, input, input.precondition);
        return noContent;
      },
    }),
  ];
}
