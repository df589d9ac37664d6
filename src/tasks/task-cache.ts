import type { CachedRead, ResponseCache } from '../cache/response-cache';
import type { ListPlan } from '../lists/list-plan';
import type { Owner, TaskFilters } from './task-lists';

export type TaskCache = ReturnType<typeof createTaskCache>;
type Load = CachedRead['load'];

/** As much of a task as tells which answers it is a part of. */
interface Assigned {
  _id: { toString: () => string };
  assignedTo?: { toString: () => string } | null;
}

export const assigneeOf = (task: Assigned | null) => (task?.assignedTo ? String(task.assignedTo) : null);

/**
 * What each cached answer about tasks depends on. `profiles` stands for the names of assignees: it is
 * replaced where any user's are changed or a user goes.
 */
export function createTaskCache(cache: ResponseCache) {
  return {
    one: (id: string, load: Load) =>
      cache.read({ key: `task:${id}`, generations: [`task:${id}`, 'profiles'], load }),

    /** Overdue is what no write makes so: that list is not kept. */
    list: (plan: ListPlan<TaskFilters>, owner: Owner, load: Load) => {
      const generations = [owner ? `tasks-of:${owner}` : 'tasks', 'profiles'];
      const key = `tasks:${owner === undefined ? 'all' : owner}:${plan.key}`;
      return cache.read({ key, generations: plan.filters.overdue ? [] : generations, load });
    },

    /**
     * After a task came (`before` is null), changed, or went (`after` is null). `again`: it was assigned to whom
     * it was assigned already, perhaps by a first send that was cut off before it said so.
     */
    changed(before: Assigned | null, after: Assigned | null, again = false): Promise<void> {
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
