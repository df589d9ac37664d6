import type { IdempotentRequest, Once, Outcome } from '../idempotency/idempotency-service';
import type { Principal } from '../people/principal';
import { profileOf, type Cached, type DependOn, type Loaded, type Refill } from '../cache/response-cache';
import {
  ForbiddenError,
  InvalidRequestError,
  NotFoundError,
  PreconditionFailedError,
} from '../problems/errors';
import type { Cursors } from '../lists/cursor';
import { pick, pageMeta, planList, type ListQuery } from '../lists/list-plan';
import type { People } from '../people/people';
import type { Person } from '../people/person';
import { holdsAt, tagOfVersioned, type Precondition, type Versioned } from '../lib/version-tag';
import { assigneeOf, type TaskCache } from './task-cache';
import { taskTable, type Owner, type TaskFilters } from './task-lists';
import type { ListedTask, TaskFields, TaskRepository } from './task-repository';
import { sourcesOf, whyNotChanged } from './task-status';
import { toTask, toTaskAt, type TaskView } from './task-view';

export type TaskService = ReturnType<typeof createTaskService>;

interface TaskServiceDeps {
  tasks: TaskRepository;
  cursors: Cursors;
  cache: TaskCache;
  once: Once;
  people: People;
}

/** `people` by id; `asOf` is the time of the look-up, if the cache had it. */
interface Assignees {
  people: Map<string, Person>;
  asOf?: number;
}

/** Most tasks that are shown with their user. */
const TASKS_OF_USER = 100;

export function createTaskService({ tasks, cursors, cache, once, people: everyone }: TaskServiceDeps) {
  const assigneeIds = (records: ListedTask[]) => [
    ...new Set(records.flatMap((task) => assigneeOf(task) ?? [])),
  ];

  async function assigneeToShow(task: ListedTask): Promise<Assignees> {
    const id = assigneeOf(task);
    if (!id) return { people: new Map() };
    const { person, asOf } = await everyone.shown(id);
    return { people: new Map(person && [[id, person]]), asOf };
  }

  /** Loads the assignees of a cached answer. A missing one may have been removed after the tasks were read. */
  async function dependentAssignees(records: ListedTask[], dependOn: DependOn) {
    const ids = assigneeIds(records);
    await dependOn(ids.map(profileOf));
    const people = await everyone.byIds(ids);
    return { people, isTransient: people.size < ids.length };
  }

  const loadedOf = (task: ListedTask, { people, asOf }: Assignees): Loaded => ({
    ...toTaskAt(task, people),
    meta: { assignee: assigneeOf(task) ?? '' },
    isTransient: people.size < assigneeIds([task]).length,
    asOf,
  });

  const notFound = () => new NotFoundError('No such task, or it is not assigned to you.');

  async function requireAssignee(id: string | null | undefined): Promise<Map<string, Person>> {
    const people = await everyone.byIds(id ? [id] : []);
    if (id && !people.has(id)) {
      throw new InvalidRequestError('The assignee of the task is not a user.', {
        errors: [{ path: 'body.assignedTo', message: 'is not the id of a user' }],
      });
    }
    return people;
  }

  /**
   * Unassigns the task if its assignee was removed at the same time. The removal checks again after its commit and this
   * checks after the assignment, so at least one of the two finds it.
   */
  async function releaseIfGone(id: string, assignee: string): Promise<void> {
    if ((await everyone.byIds([assignee])).has(assignee)) return;
    await tasks.change(id, { assignedTo: null }, { unchanged: { assignedTo: assignee } });
  }

  async function outdated(task: ListedTask): Promise<Error> {
    return new PreconditionFailedError(tagOfVersioned(toTaskAt(task, (await assigneeToShow(task)).people)));
  }

  /** Returns the owner of the tasks that a list shows. */
  function ownerFor(by: Principal, asked: Owner): Owner {
    if (by.role === 'Admin') return asked;
    if (asked !== undefined && asked !== by.id)
      throw new ForbiddenError('Only Admins may list the tasks of other users.');
    return by.id;
  }

  /** Returns why a change was refused: checks the caller first, then the current task. */
  async function refusal(
    id: string,
    changes: Partial<TaskFields>,
    by: Principal,
    precondition: Precondition | undefined,
  ): Promise<Error> {
    const task = await tasks.byId(id);
    if (!task || (by.role !== 'Admin' && String(task.assignedTo) !== by.id)) return notFound();
    await cache.shown(task);
    if (precondition && !holdsAt(precondition, task.version ?? 0)) return outdated(task);
    return whyNotChanged(task.status, changes.status, by.role);
  }

  /** A member may only change the status; other fields in the body must already have their value. */
  function changeAsMember(
    id: string,
    { status, ...others }: Partial<TaskFields>,
    by: Principal,
    precondition: Precondition | undefined,
  ) {
    if (others.assignedTo !== undefined && others.assignedTo !== by.id) return null;
    const condition = {
      statusIn: status && sourcesOf(status, by.role),
      unchanged: { ...others, assignedTo: by.id },
      precondition,
    };
    return tasks.change(id, { ...(status && { status }) }, condition);
  }

  async function changeAsAdmin(
    id: string,
    changes: Partial<TaskFields>,
    by: Principal,
    precondition: Precondition | undefined,
  ) {
    await requireAssignee(changes.assignedTo);
    const statusIn = changes.status && sourcesOf(changes.status, by.role);
    return tasks.change(id, changes, { statusIn, precondition });
  }

  return {
    /** An Admin sees all tasks, a member their own. */
    async list(query: ListQuery<TaskFilters>, assignedTo: Owner, by: Principal): Promise<Cached> {
      const owner = ownerFor(by, assignedTo);
      const plan = planList(taskTable, query, cursors);
      return cache.list(plan, owner, by.id, async (dependOn) => {
        const [page, total] = await Promise.all([
          tasks.page(plan, owner),
          plan.count ? tasks.count(plan, owner) : undefined,
        ]);
        const { people, isTransient } = await dependentAssignees(page.entries, dependOn);
        const value = page.entries.map((task) => pick(toTask(task, people), plan.fields));
        return { value, meta: pageMeta(page, total), isTransient };
      });
    },

    /** @throws NotFoundError also for another user's task, if the caller is a member */
    async get(id: string, by: Principal): Promise<Cached> {
      const found = await cache.one(id, async (dependOn) => {
        const task = await tasks.byId(id);
        if (!task) throw notFound();
        await dependOn(assigneeIds([task]).map(profileOf));
        return loadedOf(task, await assigneeToShow(task));
      });
      if (by.role !== 'Admin' && found.meta.assignee !== by.id) throw notFound();
      return found;
    },

    async create(
      fields: Partial<TaskFields> & { title: string },
      by: Principal,
      idempotency?: IdempotentRequest,
    ): Promise<Outcome<Versioned<TaskView>>> {
      const outcome = await once(idempotency, by.id, async (session) => {
        // Checked only here: a replay gets the first answer, even if the assignee has been removed since.
        const people = await requireAssignee(fields.assignedTo);
        const task = { status: 'to Do' as const, priority: 'normal' as const, labels: [], ...fields };
        return toTaskAt(
          await tasks.create({ ...task, position: fields.position ?? Date.now() }, session),
          people,
        );
      });
      const { value, version } = outcome.result;
      const { _id, assignedTo } = value;
      const made = { _id, assignedTo: assignedTo?._id, version };
      if (outcome.replayed) {
        // The first request may have been cut off before it invalidated the cache.
        await cache.shown({ ...made, updatedAt: new Date(value.updatedAt) });
        return outcome;
      }
      try {
        if (assignedTo) await releaseIfGone(_id, assignedTo._id);
      } finally {
        await cache.changed(null, made);
      }
      return outcome;
    },

    async update(
      id: string,
      changes: Partial<TaskFields>,
      by: Principal,
      precondition?: Precondition,
    ): Promise<Versioned<TaskView>> {
      const changeAs = by.role === 'Admin' ? changeAsAdmin : changeAsMember;
      const change = await changeAs(id, changes, by, precondition);
      if (!change) throw await refusal(id, changes, by, precondition);
      // Only for Admins: a member, who assigns nothing, could otherwise end all cached lists by sending a whole task.
      const again =
        by.role === 'Admin' &&
        changes.assignedTo !== undefined &&
        changes.assignedTo === assigneeOf(change.before);
      let refill: Refill;
      try {
        if (changes.assignedTo) await releaseIfGone(id, changes.assignedTo);
      } finally {
        refill = await cache.changed(change.before, change.after, again);
      }
      const assignees = await assigneeToShow(change.after);
      await refill(loadedOf(change.after, assignees));
      return toTaskAt(change.after, assignees.people);
    },

    async remove(id: string, precondition?: Precondition): Promise<void> {
      const task = await tasks.remove(id, precondition);
      if (task) return void (await cache.changed(task, null));
      const still = precondition && (await tasks.byId(id));
      await (still ? cache.shown(still) : cache.gone(id));
      throw still ? await outdated(still) : notFound();
    },

    /** Returns a user's newest tasks, for `GET /users`. */
    async newestOf(user: Person): Promise<TaskView[]> {
      const people = new Map([[user._id, user]]);
      return (await tasks.newestOf(user._id, TASKS_OF_USER)).map((task) => toTask(task, people));
    },

    newestIdsOf: (userId: string): Promise<string[]> => tasks.newestIdsOf(userId, TASKS_OF_USER),
  };
}
