import assert from 'node:assert/strict';
import fc from 'fast-check';
import { headersOf } from './conditions';
import { expectTask } from './task-steps';
import { textOf, withDefaults, body } from './task-bodies';
import { ask, expectStatus, learnUpdate, step, type World } from './world';

const both = <T>(send: (via: number) => Promise<T>) => Promise.all([send(0), send(1)]);

/** Sends two changes of the same version at once, through both workers: one takes effect. */
export const raceToChange = step('race to change', fc.nat({ max: 20 }), async (world, on) => {
  const task = world.tasks[on % Math.max(1, world.tasks.length)];
  if (!task) return;
  const titles = ['left', 'right'];
  const answers = await both((via) =>
    ask(world, via, world.people[0]!, {
      method: 'PUT',
      path: `/tasks/${task.id}`,
      headers: headersOf({ match: 'present' }, task.version),
      body: JSON.stringify({ title: titles[via] }),
    }),
  );
  assert.deepEqual(answers.map((answer) => answer!.status).sort(), [200, 412]);
  const winner = answers.findIndex((answer) => answer!.status === 200);
  learnUpdate(task, answers[winner]!.body.updatedAt);
  Object.assign(task, { title: titles[winner], isTouched: false, version: task.version + 1 });
  expectTask(world, task, answers[winner]!);
});

/** Sends one create twice at once, through both workers: both answers show one task. */
export const createTwice = step('create twice', body('post'), async (world: World, given) => {
  const whole = { ...given, fault: undefined };
  const name = `${world.sequence}-twice-${world.requests}`;
  const text = textOf(world, whole);
  const headers = { 'Idempotency-Key': name };
  const answers = await both((via) =>
    ask(world, via, world.people[0]!, { method: 'POST', path: '/tasks', headers, body: text }),
  );
  const [one, other] = [answers[0]!, answers[1]!];
  const task = withDefaults(world, whole);
  for (const answer of [one, other]) expectStatus(answer, task ? 201 : 400);
  if (!task) return;
  assert.equal(one.text, other.text);
  const replays = [one, other].filter(({ headers }) => headers['idempotent-replayed'] === 'true');
  assert.equal(replays.length, 1);
  const { _id: id, createdAt, updatedAt, position } = one.body;
  const made = { ...task, id, createdAt, updatedAt, position: task.position ?? position };
  expectTask(world, made, one);
  world.tasks.push(made);
});
