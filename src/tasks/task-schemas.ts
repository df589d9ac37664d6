import { z } from 'zod';
import { dateOrTime, ignored, objectId, plainText, time } from '../schemas/values';
import { text } from '../schemas/text';
import { personSchema } from '../users/user-schemas';
import { PRIORITIES } from './task-priority';
import { STATUSES } from './task-status';

export const statusSchema = z.enum(STATUSES).meta({ id: 'TaskStatus' });
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
    position: position.meta({ description: 'Where it stands among others, as clients arrange them.' }),
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

/** With `fields=`: what was named, and `_id`. */
export const taskPartSchema = taskSchema
  .partial()
  .required({ _id: true })
  .meta({ id: 'TaskPart', example: undefined });

/** An object with `_id`, as an answer has it. */
const assigneeObject = z
  .looseObject({ _id: objectId })
  .meta({ id: 'Assignee', description: 'As it stands in an answer; `_id` alone counts.' });

const assignee = z.union([objectId, assigneeObject.transform(({ _id }) => _id)], {
  error: 'is neither a user id nor an object with one as _id',
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

/** They may stand in a body that came from an answer, and count for nothing. */
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

/** Sets what it names and leaves the rest. */
export const taskChangesSchema = z
  .strictObject({ ...fields, ...serverOwned })
  .partial()
  .transform(({ _id, createdAt, updatedAt, ...changes }) => changes)
  .meta({ id: 'TaskChanges', example: { status: 'Doing' } });

/** As above by RFC 7396: null takes a field back to what a new task has. A title and a status can't be without. */
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
