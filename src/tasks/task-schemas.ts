import { z } from 'zod';
import { dateOrTime, ignored, objectId, plainText, time } from '../schemas/values';
import { text } from '../schemas/text';
import { personSchema } from '../people/person-schema';
import { PRIORITIES, STATUSES } from './task-status';

const statusSchema = z.enum(STATUSES).meta({ id: 'TaskStatus' });
export const prioritySchema = z.enum(PRIORITIES).meta({ id: 'TaskPriority' });

const MAX_LABELS = 20;
const MAX_POSITION = Number.MAX_SAFE_INTEGER;
const labelText = text(1, 50);
const position = z.number().min(-MAX_POSITION).max(MAX_POSITION);

export const taskSchema = z
  .strictObject({
    _id: objectId,
    title: plainText(200),
    description: plainText(5_000),
    status: statusSchema,
    priority: prioritySchema,
    labels: z.array(plainText(50)).max(MAX_LABELS),
    position: position.meta({ description: 'Position among other tasks, set by clients.' }),
    assignedTo: personSchema.nullable(),
    deadline: time.nullable(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({
    id: 'Task',
    example: {
      _id: '665f1c2ab7e4d83f90a1b2c3',
      title: 'Paint the fence',
      description: 'Both sides, green.',
      status: 'to Do',
      priority: 'normal',
      labels: ['garden'],
      position: 1795340000000,
      assignedTo: null,
      deadline: '2027-05-01T00:00:00.000Z',
      createdAt: '2026-11-22T09:30:00.000Z',
      updatedAt: '2026-11-22T09:30:00.000Z',
    },
  });

/** A task with `fields=`: the given fields, and `_id`. */
export const taskPartSchema = taskSchema
  .partial()
  .required({ _id: true })
  .meta({ id: 'TaskPart', example: undefined });

/** An assignee as in an answer. */
const assigneeObject = z
  .looseObject({ _id: objectId })
  .meta({ id: 'Assignee', description: 'An assignee as in an answer; only `_id` counts.' });

const assignee = z.union([objectId, assigneeObject.transform(({ _id }) => _id)], {
  error: 'is neither a user id nor an object with a user id as _id',
});

const labels = z
  .array(labelText)
  .max(MAX_LABELS, `must be at most ${MAX_LABELS}`)
  .overwrite((all) => [...new Set(all)]);

const fields = {
  title: text(1, 200),
  description: text(0, 5_000, 'lines'),
  status: statusSchema,
  priority: prioritySchema,
  labels,
  position,
  assignedTo: assignee.nullable(),
  deadline: dateOrTime.nullable(),
};

/** Fields that a body copied from an answer may contain, and that have no effect. */
const serverOwned = { _id: ignored, createdAt: ignored, updatedAt: ignored };

export const newTaskSchema = z
  .strictObject({ ...fields, ...serverOwned })
  .partial()
  .required({ title: true })
  .transform(({ _id, createdAt, updatedAt, ...task }) => task)
  .meta({
    id: 'NewTask',
    example: {
      title: 'Paint the fence',
      description: 'Both sides, green.',
      priority: 'normal',
      labels: ['garden'],
      deadline: '2027-05-01',
    },
  });

export const taskChangesSchema = z
  .strictObject({ ...fields, ...serverOwned })
  .partial()
  .transform(({ _id, createdAt, updatedAt, ...changes }) => changes)
  .meta({ id: 'TaskChanges', example: { status: 'Doing' } });

/** A merge patch (RFC 7396): null resets a field to the default of a new task. Title and status have no default. */
export const taskPatchSchema = z
  .strictObject({
    ...fields,
    description: fields.description.nullable().transform((value) => value ?? ''),
    priority: prioritySchema.nullable().transform((value) => value ?? 'normal'),
    labels: labels.nullable().transform((value) => value ?? []),
    position: position.nullable().transform((value) => value ?? Date.now()),
    ...serverOwned,
  })
  .partial()
  .transform(({ _id, createdAt, updatedAt, ...changes }) => changes)
  .meta({ id: 'TaskPatch', example: { priority: 'high', deadline: null } });
