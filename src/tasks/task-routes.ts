import { z } from 'zod';
import { defineRoute, type Route } from '../http/route';
import { pageLinks, pageQuery } from '../http/pagination';
import { cached, created, noContent, ok } from '../http/reply';
import { idParams } from '../http/schemas';
import { newTaskSchema, taskChangesSchema, taskSchema } from './task-schemas';
import type { TaskService } from './task-service';

export function taskRoutes(tasks: TaskService): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/tasks',
      summary: 'All tasks for an Admin, their own for a worker, newest first',
      access: 'user',
      query: pageQuery,
      responses: { 200: z.array(taskSchema).max(100) },
      handler: async ({ query, user }) => {
        const page = await tasks.list(query, user);
        return cached(page, { Link: pageLinks('/tasks', query, page.meta.next) });
      },
    }),
    defineRoute({
      method: 'post',
      path: '/tasks',
      summary: 'Make a task',
      access: 'Admin',
      body: newTaskSchema,
      responses: { 201: taskSchema },
      handler: async ({ body }) => {
        const task = await tasks.create(body);
        return created(task, `/tasks/${task._id}`);
      },
    }),
    defineRoute({
      method: 'get',
      path: '/tasks/:id',
      summary: 'One task',
      access: 'user',
      params: idParams,
      responses: { 200: taskSchema },
      handler: async ({ params, user }) => cached(await tasks.get(params.id, user)),
    }),
    defineRoute({
      method: 'put',
      path: '/tasks/:id',
      summary: 'Change what the body names; a worker moves the status of an own task',
      access: 'user',
      params: idParams,
      body: taskChangesSchema,
      responses: { 200: taskSchema },
      handler: async ({ params, body, user }) => ok(await tasks.update(params.id, body, user)),
    }),
    defineRoute({
      method: 'delete',
      path: '/tasks/:id',
      summary: 'Remove a task',
      access: 'Admin',
      params: idParams,
      responses: { 204: null },
      handler: async ({ params }) => {
        await tasks.remove(params.id);
        return noContent;
      },
    }),
  ];
}
