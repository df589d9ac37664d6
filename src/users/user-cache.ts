import { GONE, profileOf, type CachedRead, type Refill, type ResponseCache } from '../cache/response-cache';
import type { ListPlan } from '../lists/list-plan';
import type { UserFilters } from './user-lists';

export type UserCache = ReturnType<typeof createUserCache>;
type Load = CachedRead['load'];

/** Defines what each cached answer about users depends on. */
export function createUserCache(cache: ResponseCache) {
  const end = async (...generations: string[]): Promise<void> => void (await cache.written({ generations }));
  const at = (id: string, version: number, generations: string[]) => ({
    generations: ['users', ...generations],
    entity: { class: 'user' as const, key: `user:${id}`, version, dependsOn: ['assignments'] },
  });

  return {
    /** Contains the ids of the user's tasks, so task-cache.ts also ends `user:…` and `assignments`. */
    one: (id: string, load: Load) =>
      cache.read({ class: 'user', key: `user:${id}`, generations: [`user:${id}`, 'assignments'], load }),

    /** Contains the tasks of each user, so it depends on every task. */
    list: (plan: ListPlan<UserFilters>, caller: string, load: Load) =>
      cache.read({ class: 'users', key: `users:${plan.key}`, generations: ['users', 'tasks'], load, caller }),

    /** Called after a command has added many users. */
    came: (): Promise<void> => end('users'),

    joined: async (id: string, version: number): Promise<void> =>
      void (await cache.written(at(id, version, []))),

    changed: (id: string, version: number): Promise<Refill> =>
      cache.written(at(id, version, [profileOf(id)])),

    /** Called before an answer shows the user without having changed them. */
    shown: (id: string, { version = 0, updatedAt }: { version?: number; updatedAt: Date }): Promise<void> =>
      cache.shown(at(id, version, [profileOf(id)]), updatedAt),

    /** Called after a removal, which also unassigns the tasks: answers that show these depend on the profile. */
    left: (id: string): Promise<void> => end('users', 'tasks', profileOf(id), `user:${id}`, `tasks-of:${id}`),

    /** Called after a removal found no user: an earlier one may have been cut off before it ended cached entries. */
    gone: (id: string): Promise<void> =>
      cache.shown(at(id, GONE, ['tasks', profileOf(id), `tasks-of:${id}`]), new Date()),
  };
}
