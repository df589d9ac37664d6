import type { CachedRead, Refill, ResponseCache } from '../cache/response-cache';
import { profileOf } from '../cache/generations';
import type { ListPlan } from '../lists/list-plan';
import type { UserFilters } from './user-lists';

export type UserCache = ReturnType<typeof createUserCache>;
type Load = CachedRead['load'];

/** What each cached answer about users depends on. */
export function createUserCache(cache: ResponseCache) {
  const end = async (...generations: string[]): Promise<void> => void (await cache.written({ generations }));

  return {
    /** The ids of the user's tasks are a part of it: task-cache.ts ends `user:…` and `assignments` too. */
    one: (id: string, load: Load) =>
      cache.read({ class: 'user', key: `user:${id}`, generations: [`user:${id}`, 'assignments'], load }),

    /** As a task shows them. */
    person: (id: string, load: Load) =>
      cache.read({ class: 'person', key: `person:${id}`, generations: [profileOf(id)], load }),

    /** Each user comes with their tasks, so any task counts. */
    list: (plan: ListPlan<UserFilters>, load: Load) =>
      cache.read({ class: 'users', key: `users:${plan.key}`, generations: ['users', 'tasks'], load }),

    joined: (): Promise<void> => end('users'),

    changed: (id: string, version: number): Promise<Refill> =>
      cache.written({
        generations: ['users', profileOf(id)],
        entity: { class: 'user', key: `user:${id}`, version, dependsOn: ['assignments'] },
      }),

    /** Of a change by another process, or one that was refused for what is there. */
    ended: (id: string): Promise<void> => end('users', profileOf(id), `user:${id}`),

    /** Their tasks lost their assignee as well: whatever shows one of these depends on the profile. */
    left: (id: string): Promise<void> => end('users', 'tasks', profileOf(id), `user:${id}`, `tasks-of:${id}`),
  };
}
