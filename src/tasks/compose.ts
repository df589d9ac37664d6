import type { ResponseCache } from '../cache/response-cache';
import { createTaskCache } from './task-cache';
import { createTaskService } from './task-service';

type Deps = Omit<Parameters<typeof createTaskService>[0], 'cache'> & { cache: ResponseCache };

export const composeTasks = ({ cache, ...deps }: Deps) =>
  createTaskService({ ...deps, cache: createTaskCache(cache) });
