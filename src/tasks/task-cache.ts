import { GONE, profileOf, type CachedRead, type Refill, type ResponseCache } from '../cache/response-cache';
import type { ListPlan } from '../lists/list-plan';
import type { Owner, TaskFilters } from './task-lists';

export type TaskCache = ReturnType<typeof createTaskCache>;
type Load = CachedRead['load'];

/** The fields of a task that decide which answers contain it. */
interface Assigned {
  _id: { toString: () => string };
  assignedTo?: { toString: () => string } | null;
  version?: number;
}

type Stored = Assigned & { updatedAt: Date };

export const assigneeOf = (task: Assigned | null) => (task?.assignedTo ? String(task.assignedTo) : null);

/**
 * Defines what each cached answer about tasks depends on, besides the profiles of the assignees that it shows.
 * `assignments` stands for the tasks of every user: it ends if it is unknown whose list a task was on.
 */
export function createTaskCache(cache: ResponseCache) {
  const key = (id: string) => `task:${id}`;

  /** Everything that may show the task, for a change whose writer may not have ended cached entries. */
  const everywhere = (id: string, version: number, assignees: string[]) => ({
    generations: ['tasks', 'assignments', ...assignees.map((assignee) => `tasks-of:${assignee}`)],
    entity: { class: 'task' as const, key: key(id), version, dependsOn: assignees.map(profileOf) },
  });

  return {
    one: (id: string, load: Load) =>
      cache.read({ class: 'task', key: key(id), generations: [key(id)], load }),

    /** A list of overdue tasks is not cached, since tasks become overdue without a write. */
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
     * Called after a task was created (`before` is null), changed, or removed (`after` is null).
     * @param again true if the task was assigned to its present assignee, perhaps by an earlier request that was cut off
     *   before it ended cached entries
     */
    changed(before: Assigned | null, after: Assigned | null, again = false): Promise<Refill> {
      const [was, is] = [assigneeOf(before), assigneeOf(after)];
      const assignees = [...new Set([was, is])].filter((id) => id !== null);
      const id = String((before ?? after)?._id);
      const generations = [
        'tasks',
        ...(again ? ['assignments'] : []),
        ...assignees.map((id) => `tasks-of:${id}`),
        // A user's answer lists only ids, so a change within a task does not affect it.
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

    /** Called after a command has added many tasks. */
    came: async (): Promise<void> => void (await cache.written({ generations: ['tasks', 'assignments'] })),

    /** Called before an answer shows the task without having changed it. */
    shown: (task: Stored): Promise<void> => {
      const assignee = assigneeOf(task);
      const write = everywhere(String(task._id), task.version ?? 0, assignee ? [assignee] : []);
      return cache.shown(write, task.updatedAt);
    },

    /** Called after a removal found no task: an earlier one may have been cut off before it ended cached entries. */
    gone: (id: string): Promise<void> => cache.shown(everywhere(id, GONE, []), new Date()),
  };
}
