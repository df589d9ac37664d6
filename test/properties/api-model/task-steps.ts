import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Answer } from '../../support/exchange';
import { condition, headersOf, holds, isGarbage, type Condition } from './conditions';
import { mayMove, showTask, type Person, type Task } from './state';
import { type Body, body, changedBy, isRefused, textOf, withDefaults } from './task-bodies';
import { status, UNKNOWN_ID } from './values';
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

/** An existing task, a removed one, or an id that never existed. */
const target = fc.nat({ max: 20 });
function targetOf({ tasks, goneIds }: World, on: number): { id: string; task: Task | undefined } {
  const task = tasks[on % (tasks.length + 1)];
  return { id: task?.id ?? goneIds[on % (goneIds.length + 1)] ?? UNKNOWN_ID, task };
}

const visibleTo = (by: Person, task: Task | undefined): task is Task =>
  task !== undefined && (by.role === 'Admin' || task.assignee === by);

/** Checks that the answer shows the task as the model has it. */
export function expectTask(world: World, task: Task, answer: Answer): void {
  assert.deepEqual(answer.body, showTask(task));
  expectTag(world, task.id, answer, task.version);
}

export function learnTouched(task: Task, told: { _id: string; updatedAt?: unknown } | undefined): void {
  if (!task.isTouched || told?.updatedAt === undefined) return;
  learnUpdate(task, told.updatedAt);
  task.isTouched = false;
}

const data = fc.record({ via, by: actor, body: body('post') });
const key = fc.option(fc.record({ name: fc.nat({ max: 2 }), isQuoted: fc.boolean() }), {
  nil: undefined,
  freq: 2,
});

export const createTask = step('create', fc.record({ data, key }), async (world, { data, key }) => {
  await create(world, data.via, world.people[data.by]!, data.body, textOf(world, data.body), key);
});

/** The creates that begin a sequence, so that lists are not empty. */
export const firstTask = step('create', fc.record({ via, body: body('post') }), (world, { via, body }) => {
  const whole = { ...body, fault: undefined };
  return create(world, via, world.people[0]!, whole, textOf(world, whole), undefined);
});

type Key = { name: number; isQuoted: boolean } | undefined;

export async function create(
  world: World,
  via: number,
  by: Person,
  body: Body,
  text: string,
  key: Key,
): Promise<void> {
  const name = key && `${world.sequence}-${key.name}`;
  const headers = name && { 'Idempotency-Key': key.isQuoted ? `"${name}"` : name };
  const answer = await ask(world, via, by, {
    method: 'POST',
    path: '/tasks',
    body: text,
    ...(headers && { headers }),
  });
  if (!answer) return;
  if (by.role !== 'Admin') return expectStatus(answer, 403);
  if (isRefused(body)) return expectStatus(answer, 400);
  const earlier = name && world.sends.get(name);
  if (earlier) return expectReplay(earlier, text, answer);
  const task = withDefaults(world, body);
  if (!task) return expectStatus(answer, 400);
  expectStatus(answer, 201);
  const { _id: id, createdAt, updatedAt, position } = answer.body;
  assert(!world.tasks.some((other) => other.id === id), 'the id of a new task is new');
  assert.equal(updatedAt, createdAt);
  const made = { ...task, id, createdAt, updatedAt, position: task.position ?? position };
  assert(Number.isFinite(made.position));
  expectTask(world, made, answer);
  assert.equal(answer.headers.location, `/tasks/${id}`);
  assert.equal(answer.headers['idempotent-replayed'], undefined);
  world.tasks.push(made);
  if (name) world.sends.set(name, { body: text, answer });
}

function expectReplay(earlier: { body: string; answer: Answer }, text: string, answer: Answer): void {
  if (earlier.body !== text) return expectStatus(answer, 422);
  expectStatus(answer, 201);
  assert.equal(answer.text, earlier.answer.text);
  assert.equal(answer.headers.etag, earlier.answer.headers.etag);
  assert.equal(answer.headers.location, earlier.answer.headers.location);
  assert.equal(answer.headers['idempotent-replayed'], 'true');
}

/** Sends an earlier key again, with its body or another. */
export const replay = step(
  'replay',
  fc.record({ via, which: fc.nat({ max: 2 }), isSame: fc.boolean(), isQuoted: fc.boolean() }),
  async (world, { via, which, isSame, isQuoted }) => {
    const key = { name: which, isQuoted };
    const earlier = world.sends.get(`${world.sequence}-${which}`);
    const text = isSame && earlier ? earlier.body : '{"title":"replay"}';
    await create(world, via, world.people[0]!, { fields: { title: 'replay' } }, text, key);
  },
);

export const getTask = step('get', fc.record({ via, by: actor, on: target }), (world, { via, by, on }) => {
  const { id, task } = targetOf(world, on);
  return look(world, via, world.people[by]!, id, task);
});

/** Reads with the last seen tag: 304 exactly if it is the current one. */
export async function look(world: World, via: number, by: Person, id: string, task?: Task): Promise<void> {
  const path = `/tasks/${id}`;
  const last = world.tags.get(id)?.at(-1);
  const isSame = last && task && last.tag.startsWith(`"${task.version}.`) && isShown(task, last.text);
  const headers = last && { 'If-None-Match': last.tag };
  const answer = await ask(world, via, by, { method: 'GET', path, ...(headers && { headers }) });
  if (!answer) return;
  if (!visibleTo(by, task)) return expectStatus(answer, 404);
  if (isSame) return expectStatus(answer, 304);
  expectStatus(answer, 200);
  learnTouched(task, answer.body);
  expectTask(world, task, answer);
  await expectNotModified(world, 1 - via, by, path, answer);
}

function isShown(task: Task, text: string): boolean {
  try {
    assert.deepEqual(JSON.parse(text), showTask(task));
    return true;
  } catch {
    return false;
  }
}

const patchOrPut = fc.constantFrom('put' as const, 'patch' as const);
const change = fc.record({ via, by: actor, on: target, condition, isMergePatch: fc.boolean() });

interface Change {
  via: number;
  by: number;
  on: number;
  condition: Condition;
  isMergePatch: boolean;
}

export const updateTask = step(
  'update',
  patchOrPut.chain((form) => fc.record({ change, form: fc.constant(form), body: body(form) })),
  (world, { change, form, body }) => update(world, change, form, body),
);

export const moveTask = step(
  'move',
  fc.record({ change, form: patchOrPut, status, isCopy: fc.boolean() }),
  (world, { change, form, status, isCopy }) => {
    const { task } = targetOf(world, change.on);
    const copy = isCopy && task ? { ...showTask(task), status } : { status };
    return update(world, change, form, { fields: {}, copy });
  },
);

async function update(world: World, change: Change, form: 'put' | 'patch', body: Body): Promise<void> {
  const { via, by, on, condition, isMergePatch } = change;
  const [{ id, task }, person] = [targetOf(world, on), world.people[by]!];
  const type = {
    'Content-Type': isMergePatch && form === 'patch' ? 'application/merge-patch+json' : 'application/json',
  };
  const answer = await ask(world, via, person, {
    method: form.toUpperCase(),
    path: `/tasks/${id}`,
    headers: { ...headersOf(condition, task?.version ?? 1), ...type },
    body: textOf(world, body),
  });
  if (!answer) return;
  if (isRefused(body) || isGarbage(condition)) return expectStatus(answer, 400);
  const changes = changedBy(world, body);
  if (changes.assignee === 'unknown' && person.role === 'Admin') return expectStatus(answer, 400);
  if (!visibleTo(person, task)) return expectStatus(answer, 404);
  if (!holds(condition)) {
    expectStatus(answer, 412);
    return expectOutdated(answer, task.version);
  }
  if (changes.status && !mayMove(person.role, task.status, changes.status)) return expectStatus(answer, 409);
  const { assignee, position, ...plain } = changes;
  if (person.role !== 'Admin' && changesMore(task, changes)) return expectStatus(answer, 403);
  expectStatus(answer, 200);
  learnUpdate(task, answer.body.updatedAt);
  Object.assign(task, plain, { isTouched: false, version: task.version + 1 });
  if (assignee !== undefined && assignee !== 'unknown') task.assignee = assignee;
  if (position !== undefined) task.position = position ?? answer.body.position;
  assert(Number.isFinite(task.position));
  expectTask(world, task, answer);
}

/** A member may change the status alone. */
const changesMore = (task: Task, { status: _status, ...others }: object & { status?: unknown }): boolean =>
  Object.entries(others).some(
    ([name, value]) =>
      value !== undefined &&
      (name === 'assignee'
        ? value !== task.assignee
        : JSON.stringify(task[name as keyof Task]) !== JSON.stringify(value)),
  );

export const removeTask = step(
  'remove',
  fc.record({ via, by: actor, on: target, condition }),
  async (world, { via, by, on, condition }) => {
    const [{ id, task }, person] = [targetOf(world, on), world.people[by]!];
    const headers = headersOf(condition, task?.version ?? 1);
    const answer = await ask(world, via, person, { method: 'DELETE', path: `/tasks/${id}`, headers });
    if (!answer) return;
    if (person.role !== 'Admin') return expectStatus(answer, 403);
    if (isGarbage(condition)) return expectStatus(answer, 400);
    if (!task) return expectStatus(answer, 404);
    if (!holds(condition)) {
      expectStatus(answer, 412);
      return expectOutdated(answer, task.version);
    }
    expectStatus(answer, 204);
    world.tasks.splice(world.tasks.indexOf(task), 1);
    world.goneIds.push(id);
  },
);
