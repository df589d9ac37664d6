import type { CachedRead, ResponseCache } from '../cache/response-cache';
import type { ListPlan } from '../lists/list-plan';
import type { UserFilters } from './user-lists';

export type UserCache = ReturnType<typeof createUserCache>;
type Load = CachedRead['load'];

/** What each cached answer about users depends on. */
export function createUserCache(cache: ResponseCache) {
  return {
    /** The ids of the user's tasks are a part of it: task-cache.ts replaces `user:…` too. */
    one: (id: string, load: Load) =>
      cache.read({ key: `user:${id}`, generations: [`user:${id}`, 'profiles'], load }),

    /** Each user comes with their tasks, so any task counts. */
    list: (plan: ListPlan<UserFilters>, load: Load) => {
      return cache.read({
        key: `users:${plan.key}`,
        generations: ['users', 'profiles', 'tasks'],
        load,
      });
    },

    joined: (): Promise<void> => cache.invalidate(['users']),

    changed: (id: string): Promise<void> => cache.invalidate(['profiles', `user:${id}`]),

    /** After a change that was refused for what is there. */
    refused: (id: string): Promise<void> => cache.invalidate([`user:${id}`]),

    /** Their tasks lost their assignee as well: `profiles` stands for all of these. */
    left: (id: string): Promise<void> =>
      cache.invalidate(['users', 'profiles', 'tasks', `user:${id}`, `tasks-of:${id}`]),
  };
}
