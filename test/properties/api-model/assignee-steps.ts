import assert from 'node:assert/strict';
import fc from 'fast-check';
import { create, look } from './task-steps';
import { removal, removeUser } from './user-steps';
import { words } from './values';
import { actor, ask, expectStatus, learnUpdate, step, via } from './world';

/** Renames an assignee: tasks that both workers may have cached show the new name and keep their version. */
export const renameAssignee = step(
  'rename an assignee',
  fc.record({ via, on: fc.nat({ max: 9 }), name: words(2) }),
  async (world, { via, on, name }) => {
    const admin = world.people[0]!;
    const assigned = world.tasks.filter(({ assignee }) => assignee);
    const task = assigned[on % Math.max(1, assigned.length)];
    if (!task) return;
    const user = task.assignee!;
    await look(world, via, admin, task.id, task);
    const path = `/users/${user.id}`;
    const answer = await ask(world, 1 - via, admin, {
      method: 'PATCH',
      path,
      body: JSON.stringify({ name }),
    });
    expectStatus(answer!, 200);
    learnUpdate(user, answer!.body.updatedAt);
    assert.equal(answer!.body.name, name.trim());
    Object.assign(user, { name: name.trim(), version: user.version + 1 });
    await look(world, via, admin, task.id, task);
  },
);

/** Removes an assignee. Takes a second: the API answers once no worker accepts the token any more. */
export const removeAssignee = step(
  'remove an assignee',
  removal(actor, fc.integer({ min: 1, max: 3 })),
  async (world, data) => {
    const [admin, user] = [world.people[0]!, world.people[data.on]!];
    const body = JSON.stringify({ title: 'Theirs', assignedTo: user.id });
    const given = { fields: { title: 'Theirs' }, assignee: { whom: data.on, isObject: false } };
    await create(world, data.via, admin, given, body, undefined);
    const theirs = world.tasks.filter(({ assignee }) => assignee === user);
    for (const task of theirs) await look(world, data.via, admin, task.id, task);
    await removeUser(world, data);
    for (const task of theirs) await look(world, 1 - data.via, admin, task.id, task);
    await ask(world, data.via, user, { method: 'GET', path: '/tasks' });
  },
);
