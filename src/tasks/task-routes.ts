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
  200: { description: 'The task as it is now', body: taskSchema, headers: ['ETag' as const] },
};
const moves =
  'A status moves `to Do` ⇄ `Doing` → `Done`; only an Admin reopens. A 409 names where it can go.';

export function taskRoutes(tasks: TaskService): Route[] {
  /** PUT and PATCH differ in what they take, not in what they do. */
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
      summary: 'All tasks for an Admin, their own for a worker, newest first',
      description:
        'Filters go together as docs/api.md lists; another combination is refused with the nearest that is served. Pages follow by the Link header.',
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
      summary: 'Make a task',
      access: 'Admin',
      body: newTaskSchema,
      idempotent: true,
      responses: {
        201: {
          description: 'The task',
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
      summary: 'One task',
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
      summary: 'Change what the body names; a worker moves the status of an own task',
      description: `Sets what the body names and leaves the rest. ${moves}`,
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
      summary: 'Change what the patch names, by RFC 7396: null clears',
      description: `A JSON merge patch: what it doesn't name stays, null takes a field back to what a new task has. ${moves}`,
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
      responses: { 204: { description: 'It is gone', body: null } },
      handler: async ({ params, precondition }) => {
        await tasks.remove(params.id, precondition);
        return noContent;
      },
    }),
  ];
}
