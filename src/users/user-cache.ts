import { GONE, profileOf, type CachedRead, type Refill, type ResponseCache } from '../cache/response-cache';
import type { ListPlan } from '../lists/list-plan';
import type { UserFilters } from './user-lists';

export type UserCache = ReturnType<typeof createUserCache>;
type Load = CachedRead['load'];

/** What each cached answer about users depends on. */
export function createUserCache(cache: ResponseCache) {
  const end = async (...generations: string[]): Promise<void> => void (await cache.written({ generations }));
  const at = (id: string, version: number, generations: string[]) => ({
    generations: ['users', ...generations],
    entity: { class: 'user' as const, key: `user:${id}`, version, dependsOn: ['assignments'] },
  });

  return {
    /** The ids of the user's tasks are a part of it: task-cache.ts ends `user:…` and `assignments` too. */
    one: (id: string, load: Load) =>
      cache.read({ class: 'user', key: `user:${id}`, generations: [`user:${id}`, 'assignments'], load }),

    /** As a task shows them. */
    person: (id: string, load: Load) =>
      cache.read({ class: 'person', key: `person:${id}`, generations: [profileOf(id)], load }),

    /** Each user comes with their tasks, so any task counts. */
    list: (plan: ListPlan<UserFilters>, caller: string, load: Load) =>
      cache.read({ class: 'users', key: `users:${plan.key}`, generations: ['users', 'tasks'], load, caller }),

    /** Many at once, by a command. */
    came: (): Promise<void> => end('users'),

    joined: async (id: string, version: number): Promise<void> =>
      void (await cache.written(at(id, version, []))),

    changed: (id: string, version: number): Promise<Refill> =>
      cache.written(at(id, version, [profileOf(id)])),

    /** Before an answer that changed nothing shows the user. */
    shown: (id: string, { version = 0, updatedAt }: { version?: number; updatedAt: Date }): Promise<void> =>
      cache.shown(at(id, version, [profileOf(id)]), updatedAt),

    /** Their tasks lost their assignee as well: whatever shows one of these depends on the profile. */
    left: (id: string): Promise<void> => end('users', 'tasks', profileOf(id), `user:${id}`, `tasks-of:${id}`),

    /** After a removal that found nobody: an earlier one may have been cut off before it said so. */
    gone: (id: string): Promise<void> =>
      cache.shown(at(id, GONE, ['tasks', profileOf(id), `tasks-of:${id}`]), new Date()),
  };
}
