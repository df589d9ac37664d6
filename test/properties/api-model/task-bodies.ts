import fc from 'fast-check';
import type { Person, Priority, Status, Task } from './state';
import { priority, taskFault, taskFields, UNKNOWN_ID, whom, type Whom } from './values';
import type { World } from './world';

type Form = 'post' | 'put' | 'patch';

interface Fields {
  title?: string;
  description?: string | null;
  status?: Status;
  priority?: Priority | null;
  labels?: string[] | null;
  position?: number | null;
  deadline?: string | null;
}

/** A body before it is sent. It names people by their index: their ids differ from run to run. */
export interface Body {
  fields: Fields;
  assignee?: { whom: Whom; isObject: boolean };
  /** The path of an invalid field. */
  fault?: [string, unknown];
  /** Fields that only the server writes: the API ignores them. */
  hasServerFields?: boolean;
  /** Fields of an answer, as clients send them back. */
  copy?: object;
}

const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 3 });
const { title, status, deadline, description, labels, position } = taskFields;

/** A new task has its title; null clears by PATCH, and what has no default by PUT as well. */
export const body = (form: Form): fc.Arbitrary<Body> => {
  const clearable = form === 'patch' ? orNull : <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => value;
  const fields: fc.Arbitrary<Fields> = fc.record(
    {
      title,
      status,
      deadline: orNull(deadline),
      description: clearable(description),
      priority: clearable(priority),
      labels: clearable(labels),
      position: clearable(position),
    },
    { requiredKeys: form === 'post' ? ['title'] : [] },
  );
  return fc.record(
    {
      fields,
      assignee: fc.record({ whom, isObject: fc.boolean() }),
      fault: fc.option(taskFault, { nil: undefined, freq: 12 }) as fc.Arbitrary<[string, unknown]>,
      hasServerFields: fc.boolean(),
    },
    { requiredKeys: ['fields'] },
  );
};

export const personFor = ({ people }: World, whom: Whom): Person | 'unknown' | null => {
  if (whom === 'nobody') return null;
  return whom === 'unknown' ? 'unknown' : people[whom]!;
};

/** The body as the client sends it. */
export function textOf(world: World, { fields, assignee, fault, hasServerFields, copy }: Body): string {
  const person = assignee && personFor(world, assignee.whom);
  const id = person === 'unknown' ? UNKNOWN_ID : (person?.id ?? null);
  return JSON.stringify({
    ...fields,
    ...(assignee && { assignedTo: assignee.isObject && id ? { _id: id, name: 'of an answer' } : id }),
    ...(hasServerFields && { _id: 'mine', createdAt: 'now', updatedAt: 7 }),
    ...copy,
    ...(fault && { [fault[0]]: fault[1] }),
  });
}

/** Reports whether the body is invalid whatever the database holds. */
export const isRefused = ({ fault }: Body): boolean => fault !== undefined;

export interface Changes {
  title?: string;
  description?: string;
  status?: Status;
  priority?: Priority;
  labels?: string[];
  /** Null: the server chooses the position. */
  position?: number | null;
  deadline?: string | null;
  assignee?: Person | 'unknown' | null;
}

/** The fields that the body sets; fields that it does not name are missing. */
export function changedBy(world: World, { fields, assignee, copy }: Body): Changes {
  const person = assignee && personFor(world, assignee.whom);
  const set = copy ? fromCopy(world, copy) : fields;
  const { title, description, labels, deadline } = set;
  return {
    ...set,
    ...(title !== undefined && { title: title.trim() }),
    ...(description !== undefined && { description: (description ?? '').trim() }),
    ...(set.priority !== undefined && { priority: set.priority ?? 'normal' }),
    ...(labels !== undefined && { labels: [...new Set((labels ?? []).map((one) => one.trim()))] }),
    ...(deadline !== undefined && { deadline: deadline && new Date(deadline).toISOString() }),
    ...(person !== undefined && {
      assignee: person && person !== 'unknown' && person.isGone ? 'unknown' : person,
    }),
  } as Changes;
}

/** Drops the fields that only the server writes from an answer that is sent back. */
function fromCopy({ people }: World, copy: object): Fields & { assignee?: Person | null } {
  const { _id, createdAt, updatedAt, assignedTo, ...fields } = copy as Record<string, unknown>;
  if (assignedTo === undefined) return fields;
  const id = (assignedTo as { _id: string } | null)?._id;
  return { ...fields, assignee: people.find((person) => person.id === id) ?? null };
}

/** A new task of this body; undefined if its assignee does not exist. `position` is null if the server chooses it. */
export function withDefaults(world: World, body: Body) {
  const { assignee = null, ...changes } = changedBy(world, body);
  if (assignee === 'unknown') return undefined;
  const defaults = {
    title: '',
    description: '',
    status: 'to Do' as const,
    priority: 'normal' as const,
    labels: [],
    position: null,
    deadline: null,
  };
  return { ...defaults, ...changes, assignee, version: 1, isTouched: false } satisfies Partial<
    Omit<Task, 'position'>
  >;
}
