import assert from 'node:assert/strict';
import type { TestApi } from '../../support/api';
import { createExchange } from '../../support/exchange';
import type { Person } from './state';
import { firstFields, joinAgain } from './join-steps';
import { PASSWORD } from './values';
import { ask, expectStatus, learnUpdate, type World } from './world';

const PEOPLE = 4;

/** Creates an Admin and three members, and no task. */
export async function createWorld(apis: [TestApi, TestApi]): Promise<World> {
  const exchange = createExchange();
  const { email, ...names } = firstFields(0);
  await apis[0].auth.createAdmin({ email, ...names, password: PASSWORD });
  const answer = await exchange.send(apis[0].server, {
    method: 'POST',
    path: '/users/login',
    body: JSON.stringify({ email, password: PASSWORD }),
  });
  const { token, user } = answer.body;
  const { _id: id, tasks: _tasks, ...shown } = user;
  const admin = { ...shown, id, token, version: 1, isGone: false } as Person;
  const empty = {
    tasks: [],
    goneIds: [],
    sends: new Map(),
    tags: new Map(),
    trace: [],
    sequence: 0,
    requests: 0,
  };
  const world: World = { apis, exchange, people: [admin], ...empty };
  for (let index = 1; index < PEOPLE; index++) await joinAgain(world, 0, index);
  return world;
}

/** Removes all tasks and restores the names of people, so that a sequence does not depend on earlier ones. */
export async function beginSequence(world: World): Promise<void> {
  world.trace.length = 0;
  const admin = world.people[0]!;
  for (const { id } of world.tasks) {
    const answer = await ask(world, world.sequence % 2, admin, { method: 'DELETE', path: `/tasks/${id}` });
    expectStatus(answer!, 204);
  }
  Object.assign(world, { tasks: [], goneIds: [] });
  world.sends.clear();
  world.tags.clear();
  world.sequence++;
  await restoreNames(world);
  for (const [index, { isGone }] of world.people.entries()) if (isGone) await joinAgain(world, 0, index);
  world.trace.length = 0;
}

async function restoreNames(world: World): Promise<void> {
  for (const [index, person] of world.people.entries()) {
    const first = firstFields(index);
    const isFirst = Object.entries(first).every(([name, value]) => person[name as 'name'] === value);
    if (person.isGone || isFirst) continue;
    // The Admin, who is the first of them, proves to be who changes the own names.
    const body = JSON.stringify({ ...first, ...(index === 0 && { currentPassword: PASSWORD }) });
    const answer = await ask(world, 1, world.people[0]!, {
      method: 'PATCH',
      path: `/users/${person.id}`,
      body,
    });
    expectStatus(answer!, 200);
    learnUpdate(person, answer!.body.updatedAt);
    Object.assign(person, first, { version: person.version + 1 });
  }
}

/** Removes everything and signs the people up again: after a failed sequence the model may be wrong. */
export async function startOver(world: World): Promise<void> {
  const admin = world.people[0]!;
  const get = async (path: string) => (await ask(world, 0, admin, { method: 'GET', path }))!;
  const remove = (path: string) => ask(world, 0, admin, { method: 'DELETE', path });
  const tasks: { _id: string }[] = (await get('/tasks?limit=100')).body;
  for (const { _id } of tasks) await remove(`/tasks/${_id}`);
  const users: { _id: string; role: string }[] = (await get('/users?limit=100&fields=role')).body;
  await Promise.all(users.filter(({ role }) => role === 'worker').map(({ _id }) => remove(`/users/${_id}`)));
  const { body, headers } = await get(`/users/${admin.id}`);
  const { name, username, email, updatedAt } = body;
  const version = Number(/^"(\d+)/.exec(headers.etag!)![1]);
  Object.assign(admin, { name, username, email, updatedAt, version });
  for (const person of world.people.slice(1)) person.isGone = true;
  world.tasks = [];
  assert.equal((await get('/tasks')).body.length, 0);
}
