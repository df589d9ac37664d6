import { z } from 'zod';
import { objectId, text } from '../http/schemas';
import { personSchema } from '../users/user-schemas';
import { STATUSES } from './task-status';

export const statusSchema = z.enum(STATUSES);

export const taskSchema = z.strictObject({
  _id: objectId,
  title: z.string(),
  description: z.string(),
  status: statusSchema,
  assignedTo: personSchema.nullable(),
  deadline: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});

/** A date or a time with its zone, by ISO 8601; null for none. */
const deadline = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], { error: 'is not an ISO 8601 date or time' })
  .transform((value) => new Date(value))
  // With its zone a time may end up outside of the years that ISO 8601 writes with four digits.
  .refine(
    (date) => date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9999,
    'is not in the years 1 to 9999',
  )
  .nullable();

/** An id, or an object with `_id`, as an answer has it; null for nobody. */
const assignee = z
  .union([objectId, z.looseObject({ _id: objectId }).transform(({ _id }) => _id)], {
    error: 'is neither a user id nor an object with one as _id',
  })
  .nullable();

const fields = {
  title: text(1, 200),
  description: text(0, 5_000),
  status: statusSchema,
  assignedTo: assignee,
  deadline,
};

/** Written by the server alone: they may stand in a body that came from an answer, and count for nothing. */
const serverOwned = {
  _id: z.unknown().optional(),
  createdAt: z.unknown().optional(),
  updatedAt: z.unknown().optional(),
};

export const newTaskSchema = z
  .strictObject({ ...fields, ...serverOwned })
  .partial({ description: true, status: true, assignedTo: true, deadline: true })
  .transform(({ _id, createdAt, updatedAt, ...task }) => task);

/** Sets what it names and leaves the rest. */
export const taskChangesSchema = z
  .strictObject({ ...fields, ...serverOwned })
  .partial()
  .transform(({ _id, createdAt, updatedAt, ...changes }) => changes);
