import { z } from 'zod';
import { objectId, time } from '../schemas/values';
import { JOB_STATUSES } from './job-model';

export const jobSchema = z
  .strictObject({
    _id: objectId,
    type: z
      .string()
      .max(50)
      .regex(/^[a-z-]+$/),
    status: z.enum(JOB_STATUSES).meta({ id: 'JobStatus' }),
    attempts: z.int().min(0).max(1_000).meta({ description: 'Number of attempts begun.' }),
    result: z.record(z.string().max(100).regex(/^\w+$/), z.unknown()).nullable(),
    error: z.string().max(2_000).nullable().meta({ description: 'Why the job failed.' }),
    createdAt: time,
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
  })
  .meta({
    id: 'Job',
    example: {
      _id: '665f1c2ab7e4d83f90a1b2c5',
      type: 'resize-avatar',
      status: 'done',
      attempts: 1,
      result: { shown: true },
      error: null,
      createdAt: '2026-11-22T09:30:00.000Z',
      startedAt: '2026-11-22T09:30:00.100Z',
      finishedAt: '2026-11-22T09:30:00.400Z',
    },
  });
