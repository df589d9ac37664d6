import type { Principal } from '../principal';
import type { Cached } from '../cache/response-cache';
import { ConflictError, ForbiddenError, InvalidRequestError, NotFoundError } from '../errors';
import { nextCursor, type PageRequest } from '../page';
import type { Person } from '../users/user-view';
import { assigneeOf, type TaskCache } from './task-cache';
import type { TaskFields, TaskRecord, TaskRepository } from './task-repository';
import { movesFrom, sourcesOf } from './task-status';
import { toTask, type TaskView } from './task-view';

export type TaskService = ReturnType<typeof createTaskService>;

interface TaskServiceDeps {
  tasks: TaskRepository;
  cache: TaskCache;
  /** The people with these ids, by id; those who are not there are left out. */
  peopleById: (ids: string[]) => Promise<Map<string, Person>>;
}

/** At most this many tasks are shown with their user. */
export const TASKS_OF_USER = 100;

export function createTaskService({ tasks, cache, peopleById }: TaskServiceDeps) {
  async function withPeople(records: TaskRecord[]): Promise<TaskView[]> {
    const ids = records.flatMap(({ assignedTo }) => (assignedTo ? [String(assignedTo)] : []));
    const people = await peopleById([...new Set(ids)]);
    return records.map((task) => toTask(task, people));
  }

  const notFound = () => new NotFoundError('There is no such task, or it is not yours.');

  async function requireAssignee(id: string | null | undefined): Promise<Map<string, Person>> {
    const people = await peopleById(id ? [id] : []);
    if (id && !people.has(id)) {
      throw new InvalidRequestError('The task names an assignee who is not a user.', {
        errors: [{ path: 'body.assignedTo', message: 'is not the id of a user' }],
      });
    }
    return people;
  }

  /** Why a change was refused: the task as it is now decides. */
  async function refusal(id: string, changes: Partial<TaskFields>, by: Principal): Promise<Error> {
    const task = await tasks.byId(id);
    if (!task || (by.role !== 'Admin' && String(task.assignedTo) !== by.id)) return notFound();
    const allowed = movesFrom(task.status, by.role);
    if (changes.status && changes.status !== task.status && !allowed.includes(changes.status)) {
      const to = allowed.map((status) => `"${status}"`).join(' or ');
      return new ConflictError(
        `This task is "${task.status}" and can be moved ${to ? `only to ${to}` : 'by an Admin alone'}.`,
      );
    }
    return by.role === 'Admin'
      ? new ConflictError('The task was changed at the same moment; send this again.')
      : new ForbiddenError('Only an Admin changes anything but the status of a task.');
  }

  /** A worker moves the status; other fields may stand in the body with the value they have already. */
  function changeAsWorker(id: string, { status, ...others }: Partial<TaskFields>, by: Principal) {
    if (others.assignedTo !== undefined && others.assignedTo !== by.id) return null;
    const condition = {
      statusIn: status && sourcesOf(status, by.role),
      unchanged: { ...others, assignedTo: by.id },
    };
    return tasks.change(id, { ...(status && { status }) }, condition);
  }

  async function changeAsAdmin(id: string, changes: Partial<TaskFields>, by: Principal) {
    await requireAssignee(changes.assignedTo);
    return tasks.change(id, changes, { statusIn: changes.status && sourcesOf(changes.status, by.role) });
  }

  return {
    /** An Admin sees all tasks, a worker their own. */
    async list(page: PageRequest, by: Principal): Promise<Cached> {
      const owner = by.role === 'Admin' ? null : by.id;
      return cache.list(owner, page, async () => {
        const records = await tasks.page(page, owner ?? undefined);
        return { value: await withPeople(records), meta: { next: nextCursor(records, page) } };
      });
    },

    /** @throws NotFoundError also for another's task */
    async get(id: string, by: Principal): Promise<Cached> {
      const found = await cache.one(id, async () => {
        const task = await tasks.byId(id);
        if (!task) throw notFound();
        const [view] = await withPeople([task]);
        return { value: view, meta: { assignee: String(task.assignedTo ?? '') } };
      });
      if (by.role !== 'Admin' && found.meta.assignee !== by.id) throw notFound();
      return found;
    },

    async create(fields: Partial<TaskFields> & { title: string }): Promise<TaskView> {
      const people = await requireAssignee(fields.assignedTo);
      const task = await tasks.create({ status: 'to Do', ...fields });
      await cache.changed(null, task);
      return toTask(task, people);
    },

    /** Sets what `changes` names and leaves the rest. */
    async update(id: string, changes: Partial<TaskFields>, by: Principal): Promise<TaskView> {
      const change = await (by.role === 'Admin' ? changeAsAdmin : changeAsWorker)(id, changes, by);
      if (!change) throw await refusal(id, changes, by);
      const again = changes.assignedTo !== undefined && changes.assignedTo === assigneeOf(change.before);
      await cache.changed(change.before, change.after, again);
      const [view] = await withPeople([change.after]);
      return view!;
    },

    async remove(id: string): Promise<void> {
      const task = await tasks.remove(id);
      await (task ? cache.changed(task, null) : cache.gone(id));
      if (!task) throw notFound();
    },

    /** For `GET /users`: each user's newest tasks. */
    newestOf: async (userId: string): Promise<TaskView[]> =>
      withPeople(await tasks.page({ limit: TASKS_OF_USER, after: undefined }, userId)),

    newestIdsOf: (userId: string): Promise<string[]> => tasks.newestIdsOf(userId, TASKS_OF_USER),
  };
}
