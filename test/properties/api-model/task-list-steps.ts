import fc from 'fast-check';
import { expectPages, pathOf } from './pages';
import { compare, rankOf, showTask, type Person, type Priority, type Status, type Task } from './state';
import { personFor } from './task-bodies';
import { learnTouched } from './task-steps';
import { deadline, label, linesIn, priority, status, UNKNOWN_ID, whom, words } from './values';
import { actor, ask, expectStatus, step, via, type World } from './world';

/** The creation time of an existing task, or a moment near it. */
const near = fc.record({ of: fc.nat({ max: 9 }), ms: fc.integer({ min: -1, max: 1 }) });

const filters = {
  status: fc.uniqueArray(status, { minLength: 1, maxLength: 3 }),
  priority,
  label,
  q: words(2),
  createdFrom: near,
  createdBefore: near,
  deadlineFrom: deadline,
  deadlineBefore: deadline,
  overdue: fc.constant(true as const),
};
type FilterName = keyof typeof filters;

/** Filters that the API serves together: the first with any of the others. */
const SERVED: [string, FilterName[], FilterName[]][] = [
  ['createdAt', [], ['status', 'createdFrom', 'createdBefore']],
  ['createdAt', [], ['priority', 'createdFrom', 'createdBefore']],
  ['createdAt', ['label'], ['status', 'priority', 'createdFrom', 'createdBefore']],
  ['createdAt', ['q'], ['label', 'status', 'priority', 'createdFrom', 'createdBefore']],
  ['priority', [], ['priority', 'status']],
  ['deadline', [], ['status', 'deadlineFrom', 'deadlineBefore', 'overdue']],
  ['position', [], ['status']],
];
const isServed = (sort: string, names: string[]): boolean =>
  SERVED.some(
    ([by, needed, optional]) =>
      by === sort &&
      needed.every((name) => names.includes(name)) &&
      names.every((name) => [...needed, ...optional].includes(name as FilterName)),
  );

const FIELDS = [
  '_id',
  'title',
  'description',
  'status',
  'priority',
  'labels',
  'position',
  'assignedTo',
  'deadline',
  'createdAt',
  'updatedAt',
];

/** Mostly served combinations, sometimes any combination. */
const combination = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constantFrom(...SERVED).chain(([sort, needed, optional]) =>
      fc.record({
        sort: fc.constant(sort),
        names: fc.subarray(optional).map((some) => [...needed, ...some]),
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      sort: fc.constantFrom('createdAt', 'priority', 'deadline', 'position'),
      names: fc.subarray(Object.keys(filters) as FilterName[]),
    }),
  },
);

/** The parameters of every list beside its filters. */
export const listAsked = (names: string[]) =>
  fc.record({
    via,
    limit: fc.option(fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constant(100)), { nil: undefined }),
    count: fc.boolean(),
    fields: fc.option(fc.subarray(names, { minLength: 1 }), { nil: undefined }),
    again: fc.boolean(),
  });

const data = fc.record({
  by: actor,
  combination,
  isDescending: fc.boolean(),
  values: fc.record(filters),
  /** The assignee; undefined for a member's own list or for all tasks. */
  owner: fc.option(whom, { nil: undefined }),
  asked: listAsked(FIELDS),
});

/** The given filters as query parameters. */
interface Given {
  status?: Status[];
  priority?: Priority;
  label?: string;
  q?: string;
  createdFrom?: string;
  createdBefore?: string;
  deadlineFrom?: string;
  deadlineBefore?: string;
  overdue?: true;
}

function matches(task: Task, given: Given, sort: string): boolean {
  const { status, priority, label, q, createdFrom, createdBefore, deadlineFrom, deadlineBefore } = given;
  const text = linesIn(`${task.title} ${task.description}`);
  const time = (date: string) => new Date(date).toISOString();
  return (
    (!status || status.includes(task.status)) &&
    (!priority || task.priority === priority) &&
    (!label || task.labels.includes(label.trim())) &&
    (!q || [...linesIn(q)].every((line) => text.has(line))) &&
    (!createdFrom || task.createdAt >= createdFrom) &&
    (!createdBefore || task.createdAt < createdBefore) &&
    (sort !== 'deadline' || task.deadline !== null) &&
    (!deadlineFrom || task.deadline! >= time(deadlineFrom)) &&
    (!deadlineBefore || task.deadline! < time(deadlineBefore)) &&
    (!given.overdue || (task.deadline! < '2025' && task.status !== 'Done'))
  );
}

const ORDERS: Record<string, (a: Task, b: Task) => number> = {
  createdAt: (a, b) => compare(a.createdAt, b.createdAt),
  priority: (a, b) => compare(rankOf(a.priority), rankOf(b.priority)) || compare(a.createdAt, b.createdAt),
  deadline: (a, b) => compare(a.deadline!, b.deadline!),
  position: (a, b) => compare(a.position, b.position),
};

function momentOf({ tasks }: World, { of, ms }: { of: number; ms: number }): string {
  const at = tasks[of % Math.max(1, tasks.length)]?.createdAt ?? '2026-01-01T00:00:00.000Z';
  return new Date(Date.parse(at) + ms).toISOString();
}

export const listTasks = step(
  'list',
  data,
  async (world, { by, combination, isDescending, values, owner, asked }) => {
    const { sort, names } = combination;
    const moments = {
      createdFrom: momentOf(world, values.createdFrom),
      createdBefore: momentOf(world, values.createdBefore),
    };
    const given: Given = Object.fromEntries(
      Object.entries({ ...values, ...moments }).filter(([name]) => names.includes(name as FilterName)),
    );
    const person = world.people[by]!;
    const scope = owner === undefined ? undefined : personFor(world, owner);
    const assignedTo = scope === null ? 'none' : scope === 'unknown' ? UNKNOWN_ID : scope?.id;
    const path = pathOf('/tasks', { ...given, sort: isDescending ? `-${sort}` : sort, assignedTo }, asked);
    const mine = person.role === 'worker';
    const isAllowed = !mine || scope === undefined || scope === person;
    if (person.isGone || !isAllowed || !isServed(sort, names)) {
      const answer = await ask(world, asked.via, person, { method: 'GET', path });
      // The API may name either of the two faults.
      const refusals = [...(isAllowed ? [] : [403]), ...(isServed(sort, names) ? [] : [400])];
      return answer && expectStatus(answer, ...refusals);
    }
    const isOwned = ({ assignee }: Task) =>
      mine ? assignee === person : scope === undefined || assignee === (scope as Person | null);
    const sign = isDescending ? -1 : 1;
    const found = world.tasks
      .filter((task) => isOwned(task) && matches(task, given, sort))
      .sort((a, b) => sign * (ORDERS[sort]!(a, b) || compare(a.id, b.id)));
    await expectPages(world, person, path, asked, (told) => {
      for (const task of found)
        learnTouched(
          task,
          told.find(({ _id }) => _id === task.id),
        );
      return found.map(showTask);
    });
  },
);
