import { z } from 'zod';
import { pageReply, toListQuery } from '../http/routing/pagination';
import { cached, created, noContent, okAt } from '../http/routing/reply';
import { defineRoute, type Input, type Route } from '../http/routing/route';
import { idParams } from '../schemas/values';
import { taskListQuery } from './task-query';
import {
  newTaskSchema,
  taskChangesSchema,
  taskPartSchema,
  taskPatchSchema,
  taskSchema,
} from './task-schemas';
import type { TaskFields } from './task-repository';
import type { TaskService } from './task-service';

const changed = {
  200: { description: 'The updated task', body: taskSchema, headers: ['ETag' as const] },
};
const moves =
  'A status moves `to Do` ⇄ `Doing` → `Done`; only Admins reopen a task. A 409 names the allowed moves.';

export function taskRoutes(tasks: TaskService): Route[] {
  /** Handles PUT and PATCH, which differ only in their body. */
  const update = async ({
    params,
    body,
    user,
    precondition,
  }: Input<{ id: string }, undefined, Partial<TaskFields>, 'user'>) =>
    okAt(await tasks.update(params.id, body, user, precondition));

  return [
    defineRoute({
      id: 'listTasks',
      tag: 'Tasks',
      method: 'get',
      path: '/tasks',
      summary: 'List tasks, newest first; members only see their own',
      description:
        'docs/api.md lists the supported combinations of filters; another one is refused with the nearest supported one. Follow the Link header to other pages.',
      access: 'user',
      query: taskListQuery,
      responses: {
        200: {
          description: 'A page of tasks',
          body: z.array(z.union([taskSchema, taskPartSchema])).max(100),
          headers: ['ETag', 'Link', 'X-Cache', 'X-Total-Count'],
        },
      },
      problems: [403],
      handler: async ({ query, user, url }) => {
        const { assignedTo, ...filters } = query;
        const page = await tasks.list(toListQuery(filters), assignedTo, user);
        return pageReply(page, { path: '/tasks', query, url });
      },
    }),
    defineRoute({
      id: 'createTask',
      tag: 'Tasks',
      method: 'post',
      path: '/tasks',
      summary: 'Create a task',
      access: 'Admin',
      body: newTaskSchema,
      idempotent: true,
      responses: {
        201: {
          description: 'The created task',
          body: taskSchema,
          headers: ['ETag', 'Location', 'Idempotent-Replayed'],
        },
      },
      handler: async ({ body, user, idempotency }) => {
        const { result, replayed } = await tasks.create(body, user, idempotency);
        return created(result.value, `/tasks/${result.value._id}`, replayed, result.version);
      },
    }),
    defineRoute({
      id: 'getTask',
      tag: 'Tasks',
      method: 'get',
      path: '/tasks/:id',
      summary: 'Get a task',
      access: 'user',
      params: idParams,
      responses: { 200: { description: 'The task', body: taskSchema, headers: ['ETag', 'X-Cache'] } },
      handler: async ({ params, user }) => cached(await tasks.get(params.id, user)),
    }),
    defineRoute({
      id: 'updateTask',
      tag: 'Tasks',
      method: 'put',
      path: '/tasks/:id',
      summary: 'Update the given fields; members may only change the status of their own tasks',
      description: `Other fields stay as they are. ${moves}`,
      access: 'user',
      params: idParams,
      body: taskChangesSchema,
      conditional: true,
      responses: changed,
      problems: [403, 409],
      handler: update,
    }),
    defineRoute({
      id: 'patchTask',
      tag: 'Tasks',
      method: 'patch',
      path: '/tasks/:id',
      summary: 'Update a task by a JSON merge patch (RFC 7396)',
      description: `Other fields stay as they are; null resets a field to the default of a new task. ${moves}`,
      access: 'user',
      params: idParams,
      body: taskPatchSchema,
      bodyTypes: ['application/merge-patch+json', 'application/json'],
      conditional: true,
      responses: changed,
      problems: [403, 409],
      handler: update,
    }),
    defineRoute({
      id: 'deleteTask',
      tag: 'Tasks',
      method: 'delete',
      path: '/tasks/:id',
      summary: 'Remove a task',
      access: 'Admin',
      params: idParams,
      conditional: true,
      responses: { 204: { description: 'Removed', body: null } },
      handler: async ({ params, precondition }) => {
        await tasks.remove(params.id, precondition);
        return noContent;
      },
    }),
  ];
}
