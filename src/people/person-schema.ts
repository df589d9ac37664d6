import { z } from 'zod';
import { objectId, plainText, time } from '../schemas/values';

export const roleSchema = z.enum(['Admin', 'worker']).meta({ id: 'Role' });

export const PERSON_EXAMPLE = {
  _id: '665f1c2ab7e4d83f90a1b2c4',
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  username: 'ada',
  role: 'worker',
  createdAt: '2026-11-22T09:00:00.000Z',
  updatedAt: '2026-11-22T09:00:00.000Z',
};

export const USERNAME = /^[\w.-]{3,40}$/;

/** A user as others see them: in a task's `assignedTo`. */
export const personSchema = z
  .strictObject({
    _id: objectId,
    name: plainText(100),
    email: plainText(254),
    username: z.string().max(40).regex(USERNAME),
    role: roleSchema,
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Person', example: PERSON_EXAMPLE });
