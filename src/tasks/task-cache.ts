import { GONE, profileOf, type CachedRead, type Refill, type ResponseCache } from '../cache/response-cache';
import type { ListPlan } from '../lists/list-plan';
import type { Owner, TaskFilters } from './task-lists';

export type TaskCache = ReturnType<typeof createTaskCache>;
type Load = CachedRead['load'];

/** As much of a task as tells which answers it is a part of. */
interface Assigned {
  _id: { toString: () => string };
  assignedTo?: { toString: () => string } | null;
  version?: number;
}

/** What stands on the record, since a read of it can't show what was there before. */
type Stored = Assigned & { updatedAt: Date };

export const assigneeOf = (task: Assigned | null) => (task?.assignedTo ? String(task.assignedTo) : null);

/**
 * What each cached answer about tasks depends on, beside the profiles of the assignees whom it shows.
 * `assignments` stands for the tasks of every user: it ends where it isn't known whose list a task was on.
 */
export function createTaskCache(cache: ResponseCache) {
  const key = (id: string) => `task:${id}`;

  /** Everything that may show the task, wherever it was before; for one whose writer may have said nothing. */
  const everywhere = (id: string, version: number, assignees: string[]) => ({
    generations: ['tasks', 'assignments', ...assignees.map((assignee) => `tasks-of:${assignee}`)],
    entity: { class: 'task' as const, key: key(id), version, dependsOn: assignees.map(profileOf) },
  });

  return {
    one: (id: string, load: Load) =>
      cache.read({ class: 'task', key: key(id), generations: [key(id)], load }),

    /** Overdue is what no write makes so: that list is not kept. */
    list: (plan: ListPlan<TaskFilters>, owner: Owner, caller: string, load: Load) => {
      const generations = owner ? [`tasks-of:${owner}`, 'assignments'] : ['tasks'];
      return cache.read({
        class: 'tasks',
        key: `tasks:${owner === undefined ? 'all' : owner}:${plan.key}`,
        generations: plan.filters.overdue ? [] : generations,
        load,
        caller,
      });
    },

    /**
     * After a task came (`before` is null), changed, or went (`after` is null). `again`: it was assigned to whom
     * it was assigned already, perhaps by a first send that was cut off before it said so.
     */
    changed(before: Assigned | null, after: Assigned | null, again = false): Promise<Refill> {
      const [was, is] = [assigneeOf(before), assigneeOf(after)];
      const assignees = [...new Set([was, is])].filter((id) => id !== null);
      const id = String((before ?? after)?._id);
      const generations = [
        'tasks',
        ...(again ? ['assignments'] : []),
        ...assignees.map((id) => `tasks-of:${id}`),
        // The user's own answer lists ids only, so a change within a task doesn't touch it.
        ...(before && after && was === is ? [] : assignees.map((id) => `user:${id}`)),
      ];
      if (after?.version === undefined) return cache.written({ generations: [key(id), ...generations] });
      const entity = {
        class: 'task',
        key: key(id),
        version: after.version,
        dependsOn: is ? [profileOf(is)] : [],
      } as const;
      return cache.written({ generations, entity });
    },

    /** Many at once, by a command. */
    came: async (): Promise<void> => void (await cache.written({ generations: ['tasks', 'assignments'] })),

    /** Before an answer that changed nothing shows the task. */
    shown: (task: Stored): Promise<void> => {
      const assignee = assigneeOf(task);
      const write = everywhere(String(task._id), task.version ?? 0, assignee ? [assignee] : []);
      return cache.shown(write, task.updatedAt);
    },

    /** After a removal that found nothing: an earlier one may have been cut off before it said so. */
    gone: (id: string): Promise<void> => cache.shown(everywhere(id, GONE, []), new Date()),
  };
}
