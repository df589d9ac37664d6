import assert from 'node:assert/strict';
import fc from 'fast-check';
import { showUser } from './state';
import { idsOfTasks, isTaken } from './user-steps';
import { PASSWORD } from './values';
import { ask, expectStatus, step, via, type World } from './world';

/** Logs in by e-mail address or user name, in any letter case. */
export const logIn = step(
  'log in',
  fc.record({
    via,
    on: fc.nat({ max: 3 }),
    by: fc.constantFrom('username', 'email'),
    named: fc.constantFrom('username', 'email'),
    isUpper: fc.boolean(),
    isRight: fc.boolean(),
  }),
  async (world, { via, on, by, named, isUpper, isRight }) => {
    const user = world.people[on]!;
    const name = user[by as 'email'];
    // The API accepts a user name in `email` too, and the other way round.
    const login = { [named]: isUpper ? name.toUpperCase() : name.toLowerCase() };
    const body = JSON.stringify({ ...login, password: isRight ? PASSWORD : `${PASSWORD}s` });
    const answer = (await ask(world, via, world.people[0]!, { method: 'POST', path: '/users/login', body }))!;
    const isThere = !user.isGone || isTaken(world, user, { [by]: name });
    if (!isRight || !isThere) return expectStatus(answer, 401);
    expectStatus(answer, 200);
    if (user.isGone) return;
    assert.deepEqual(answer.body.user, showUser(user, idsOfTasks(world, user)));
    user.token = answer.body.token;
  },
);

/** Signs up in the place of a removed person; if nobody is removed, the name is taken. */
export const signUp = step(
  'sign up',
  fc.record({ via, on: fc.integer({ min: 1, max: 3 }) }),
  async (world, { via, on }) => {
    const user = world.people[on]!;
    if (user.isGone) return joinAgain(world, via, on);
    const person = { name: 'Second', username: user.username.toUpperCase(), email: 'second@example.com' };
    const path = '/users/signup';
    const body = JSON.stringify({ ...person, password: PASSWORD });
    const answer = await ask(world, via, world.people[0]!, { method: 'POST', path, body });
    expectStatus(answer!, 409);
  },
);

/** The person as each sequence finds it. */
export const firstFields = (index: number) => {
  const username = index === 0 ? 'chief' : `worker-${index}`;
  return { name: 'First', username, email: `${username}@example.com` };
};

export async function joinAgain(world: World, via: number, index: number): Promise<void> {
  const fields = firstFields(index);
  const body = JSON.stringify({ ...fields, password: PASSWORD });
  const answer = (await ask(world, via, world.people[0]!, { method: 'POST', path: '/users/signup', body }))!;
  if (isTaken(world, undefined, fields)) return expectStatus(answer, 409);
  expectStatus(answer, 201);
  const { user, token } = answer.body;
  const { _id: id, createdAt, updatedAt } = user;
  assert.equal(updatedAt, createdAt);
  const person = {
    ...fields,
    id,
    token,
    createdAt,
    updatedAt,
    role: 'worker' as const,
    version: 1,
    isGone: false,
  };
  assert.deepEqual(user, showUser(person, []));
  world.people[index] = person;
}
