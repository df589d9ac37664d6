import type { ResponseCache } from '../cache/response-cache';
import { createTaskCache } from './task-cache';
import type { TaskRepository } from './task-repository';
import { createTaskService } from './task-service';

type Shared = Pick<Parameters<typeof createTaskService>[0], 'cursors' | 'once' | 'people'>;

export const composeTasks = ({
  store: { tasks },
  cache,
  cursors,
  once,
  people,
}: Shared & { store: { tasks: TaskRepository }; cache: ResponseCache }) =>
  createTaskService({ tasks, cache: createTaskCache(cache), cursors, once, people });
