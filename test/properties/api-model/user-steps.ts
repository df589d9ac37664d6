import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Answer } from '../../support/exchange';
import { condition, headersOf, holds, isGarbage } from './conditions';
import { showUser, tasksOf, type Person } from './state';
import { email, PASSWORD, userFault, username, words } from './values';
import {
  actor,
  ask,
  expectNotModified,
  expectOutdated,
  expectStatus,
  expectTag,
  learnUpdate,
  step,
  via,
  type World,
} from './world';

export const idsOfTasks = (world: World, person: Person) => tasksOf(world.tasks, person).map(({ id }) => id);
const someone = fc.nat({ max: 3 });

function expectUser(world: World, person: Person, answer: Answer): void {
  assert.deepEqual(answer.body, showUser(person, idsOfTasks(world, person)));
  expectTag(world, person.id, answer, person.version);
}

export const getUser = step(
  'get user',
  fc.record({ via, by: actor, on: someone }),
  async (world, { via, by, on }) => {
    const [person, user] = [world.people[by]!, world.people[on]!];
    const path = `/users/${user.id}`;
    const answer = await ask(world, via, person, { method: 'GET', path });
    if (!answer) return;
    if (person.role !== 'Admin' && person !== user) return expectStatus(answer, 403);
    if (user.isGone) return expectStatus(answer, 404);
    expectStatus(answer, 200);
    expectUser(world, user, answer);
    await expectNotModified(world, 1 - via, person, path, answer);
  },
);

export interface UserFields {
  name?: string;
  username?: string;
  email?: string;
}

/** Reports whether another user has it already, ignoring letter case. */
export const isTaken = (
  { people }: World,
  user: Person | undefined,
  { username, email }: UserFields,
): boolean =>
  people.some(
    (other) =>
      other !== user &&
      !other.isGone &&
      (other.username.toLowerCase() === username?.trim().toLowerCase() ||
        other.email.toLowerCase() === email?.trim().toLowerCase()),
  );

const patch = fc.record({
  via,
  by: actor,
  on: someone,
  condition,
  fields: fc.record({ name: words(2), username, email }, { requiredKeys: [] }),
  /** The person whose user name or e-mail address the patch claims, in capitals. */
  like: fc.option(fc.record({ whom: someone, what: fc.constantFrom('username', 'email') }), {
    nil: undefined,
    freq: 4,
  }),
  fault: fc.option(userFault, { nil: undefined, freq: 12 }),
  hasServerFields: fc.boolean(),
  knowsPassword: fc.boolean(),
});

const proof = { currentPassword: PASSWORD };
/** New names to log in with need the present password. */
const changesLogin = (user: Person, { email = user.email, username = user.username }: UserFields) =>
  email.trim() !== user.email || username.trim() !== user.username;

export const patchUser = step(
  'patch user',
  patch,
  async (world, { via, by, on, condition, like, fault, ...data }) => {
    const [person, user] = [world.people[by]!, world.people[on]!];
    const likened = like && { [like.what]: world.people[like.whom]![like.what as 'email'].toUpperCase() };
    const fields: UserFields = { ...data.fields, ...likened };
    // A patch of a member may name the present role of the user, and no other.
    const role = 'name' in data.fields || person.role === 'Admin' ? user.role : 'Admin';
    const serverFields = data.hasServerFields && { _id: 7, role, tasks: null, updatedAt: 'now' };
    const answer = await ask(world, via, person, {
      method: 'PATCH',
      path: `/users/${user.id}`,
      headers: headersOf(condition, user.version),
      body: JSON.stringify({
        ...fields,
        ...serverFields,
        ...(data.knowsPassword && proof),
        ...(fault && { [fault[0]]: fault[1] }),
      }),
    });
    if (!answer) return;
    if (fault || isGarbage(condition)) return expectStatus(answer, 400);
    if (person.role !== 'Admin' && person !== user) return expectStatus(answer, 403);
    if (user.isGone) return expectStatus(answer, 404);
    if (person === user && !data.knowsPassword && changesLogin(user, fields))
      return expectStatus(answer, 403);
    if (serverFields && role !== user.role) return expectStatus(answer, 403);
    if (!holds(condition)) {
      expectStatus(answer, 412);
      return expectOutdated(answer, user.version);
    }
    if (isTaken(world, user, fields)) return expectStatus(answer, 409);
    expectStatus(answer, 200);
    learnUpdate(user, answer.body.updatedAt);
    for (const [name, value] of Object.entries(fields)) user[name as 'name'] = String(value).trim();
    user.version++;
    expectUser(world, user, answer);
  },
);

export const removal = (by: fc.Arbitrary<number>, on: fc.Arbitrary<number>) =>
  fc.record({ via, by, on, condition });

/** Removes a user without the right to, or the last Admin. */
export const refusedRemoval = step(
  'refused removal',
  fc.oneof(removal(fc.constant(0), fc.constant(0)), removal(fc.integer({ min: 1, max: 3 }), fc.constant(0))),
  (world, data) => removeUser(world, data),
);

interface Removal {
  via: number;
  by: number;
  on: number;
  condition: Parameters<typeof holds>[0];
}

export async function removeUser(world: World, { via, by, on, condition }: Removal): Promise<void> {
  const [person, user] = [world.people[by]!, world.people[on]!];
  const headers = headersOf(condition, user.version);
  const body = person === user ? JSON.stringify(proof) : undefined;
  const answer = await ask(world, via, person, {
    method: 'DELETE',
    path: `/users/${user.id}`,
    headers,
    body,
  });
  if (!answer) return;
  if (isGarbage(condition)) return expectStatus(answer, 400);
  if (person.role !== 'Admin' && person !== user) return expectStatus(answer, 403);
  if (user.isGone) return expectStatus(answer, 404);
  if (!holds(condition)) {
    expectStatus(answer, 412);
    return expectOutdated(answer, user.version);
  }
  if (user.role === 'Admin') return expectStatus(answer, 409);
  expectStatus(answer, 204);
  user.isGone = true;
  for (const task of world.tasks) {
    if (task.assignee === user)
      Object.assign(task, { assignee: null, isTouched: true, version: task.version + 1 });
  }
}
