import fc from 'fast-check';
import { expectPages, pathOf } from './pages';
import { compare, showTask, showUser, tasksOf, type Person, type Role } from './state';
import { listAsked } from './task-list-steps';
import { linesIn, words } from './values';
import { actor, ask, expectStatus, step, type World } from './world';

const FIELDS = ['_id', 'name', 'email', 'username', 'role', 'tasks', 'createdAt', 'updatedAt'];

/** The creation time of a user, or a moment near it. */
const near = fc.record({ of: fc.nat({ max: 3 }), ms: fc.integer({ min: -1, max: 1 }) });
const momentOf = ({ people }: World, { of, ms }: { of: number; ms: number }) =>
  new Date(Date.parse(people[of]!.createdAt) + ms).toISOString();

const filters = {
  role: fc.constantFrom<Role>('Admin', 'worker'),
  q: words(2),
  createdFrom: near,
  createdBefore: near,
};
const data = fc.record({
  by: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, actor),
  sort: fc.constantFrom('createdAt', 'username'),
  isDescending: fc.boolean(),
  names: fc.subarray(Object.keys(filters)),
  values: fc.record(filters),
  asked: listAsked(FIELDS),
});

interface Given {
  role?: Role;
  q?: string;
  createdFrom?: string;
  createdBefore?: string;
}

function matches(person: Person, { role, q, createdFrom, createdBefore }: Given): boolean {
  const known = linesIn(person.name);
  return (
    !person.isGone &&
    (!role || person.role === role) &&
    (!q || [...linesIn(q)].every((line) => known.has(line))) &&
    (!createdFrom || person.createdAt >= createdFrom) &&
    (!createdBefore || person.createdAt < createdBefore)
  );
}

const ORDERS: Record<string, (a: Person, b: Person) => number> = {
  createdAt: (a, b) => compare(a.createdAt, b.createdAt) || compare(a.id, b.id),
  username: (a, b) => compare(a.username.toLowerCase(), b.username.toLowerCase()),
};

export const listUsers = step(
  'list users',
  data,
  async (world, { by, sort, isDescending, names, values, asked }) => {
    const moments = {
      createdFrom: momentOf(world, values.createdFrom),
      createdBefore: momentOf(world, values.createdBefore),
    };
    const given: Given = Object.fromEntries(
      Object.entries({ ...values, ...moments }).filter(([name]) => names.includes(name)),
    );
    const person = world.people[by]!;
    const path = pathOf('/users', { ...given, sort: isDescending ? `-${sort}` : sort }, asked);
    // A sort by user name goes with a filter by role alone.
    const isServed = sort === 'createdAt' || names.every((name) => name === 'role');
    if (person.isGone || person.role !== 'Admin' || !isServed) {
      const answer = await ask(world, asked.via, person, { method: 'GET', path });
      return answer && expectStatus(answer, person.role === 'Admin' ? 400 : 403);
    }
    const sign = isDescending ? -1 : 1;
    const found = world.people
      .filter((one) => matches(one, given))
      .sort((a, b) => sign * ORDERS[sort]!(a, b));
    await expectPages(world, person, path, asked, () =>
      found.map((one) => showUser(one, tasksOf(world.tasks, one).map(showTask))),
    );
  },
);
