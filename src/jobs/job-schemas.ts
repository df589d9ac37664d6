import { z } from 'zod';
import { objectId } from '../http/schemas';
import { JOB_STATUSES } from './job-model';

const time = z.iso.datetime();

export const jobSchema = z.strictObject({
  _id: objectId,
  type: z.string(),
  status: z.enum(JOB_STATUSES),
  attempts: z.number().int(),
  result: z.record(z.string(), z.unknown()).nullable(),
  error: z.string().nullable(),
  createdAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
});
