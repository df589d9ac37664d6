import { z } from 'zod';
import { defineRoute, type Route } from '../http/route';
import { pageLinks, pageQuery } from '../http/pagination';
import { cached, noContent } from '../http/reply';
import { idParams } from '../http/schemas';
import { taskSchema } from '../tasks/task-schemas';
import { userSchema } from './user-schemas';
import type { UserService } from './user-service';

const userWithTasks = userSchema.extend({ tasks: z.array(taskSchema).max(100) });

export function userRoutes(users: UserService): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/users',
      summary: 'All users, each with their tasks, newest first',
      access: 'Admin',
      query: pageQuery,
      responses: { 200: z.array(userWithTasks).max(100) },
      handler: async ({ query }) => {
        const page = await users.list(query);
        return cached(page, { Link: pageLinks('/users', query, page.meta.next) });
      },
    }),
    defineRoute({
      method: 'get',
      path: '/users/:id',
      summary: 'One user: oneself, or any for an Admin',
      access: 'user',
      params: idParams,
      responses: { 200: userSchema },
      handler: async ({ params, user }) => cached(await users.get(params.id, user)),
    }),
    defineRoute({
      method: 'delete',
      path: '/users/:id',
      summary: 'Remove a user; their tasks lose their assignee',
      access: 'user',
      params: idParams,
      responses: { 204: null },
      handler: async ({ params, user }) => {
        await users.remove(params.id, user);
        return noContent;
      },
    }),
  ];
}
