import type { CachedRead, ResponseCache } from '../cache/response-cache';
import { pageKey, type PageRequest } from '../page';
import type { TaskRecord } from './task-repository';

export type TaskCache = ReturnType<typeof createTaskCache>;
type Load = CachedRead['load'];

export const assigneeOf = (task: TaskRecord | null) => (task?.assignedTo ? String(task.assignedTo) : null);

/**
 * What each cached answer about tasks depends on. `profiles` stands for the names of assignees: it is
 * replaced where any user's are changed or a user goes.
 */
export function createTaskCache(cache: ResponseCache) {
  return {
    one: (id: string, load: Load) =>
      cache.read({ key: `task:${id}`, generations: [`task:${id}`, 'profiles'], load }),

    /** `owner`: whose tasks; null for those of all. */
    list: (owner: string | null, page: PageRequest, load: Load) => {
      return cache.read({
        key: `tasks:${owner ?? 'all'}:${pageKey(page)}`,
        generations: [owner ? `tasks-of:${owner}` : 'tasks', 'profiles'],
        load,
      });
    },

    /**
     * After a task came (`before` is null), changed, or went (`after` is null). `again`: it was assigned to whom
     * it was assigned already, perhaps by a first send that was cut off before it said so.
     */
    changed(before: TaskRecord | null, after: TaskRecord | null, again = false): Promise<void> {
      const [was, is] = [assigneeOf(before), assigneeOf(after)];
      const assignees = [...new Set([was, is])].filter((id) => id !== null);
      return cache.invalidate([
        `task:${String((before ?? after)?._id)}`,
        'tasks',
        ...(again ? ['profiles'] : []),
        ...assignees.map((id) => `tasks-of:${id}`),
        // The user's own answer lists ids only, so a change within a task doesn't touch it.
        ...(before && after && was === is ? [] : assignees.map((id) => `user:${id}`)),
      ]);
    },

    /** After a removal that found nothing: an earlier one may have been cut off before it said so. */
    gone: (id: string): Promise<void> => cache.invalidate([`task:${id}`, 'tasks', 'profiles']),
  };
}
