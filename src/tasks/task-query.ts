import { z } from 'zod';
import { listQuery } from '../http/routing/pagination';
import { commaSeparated, dateOrTime, objectId, words } from '../schemas/values';
import { text } from '../schemas/text';
import { taskTable } from './task-lists';
import { prioritySchema, taskSchema } from './task-schemas';
import { STATUSES, type Status } from './task-status';

const isStatus = (value: string): value is Status => STATUSES.some((status) => status === value);

/** One or several, with commas between. */
const statuses = z
  .string()
  .max(100)
  .transform((value) => [...new Set(value.split(',').map((one) => one.trim()))].sort())
  .refine((all) => all.every(isStatus), `must be some of ${STATUSES.join(', ')}, with commas between`)
  .transform((all) => all as Status[])
  .optional()
  .meta({
    description: 'Any of these, with commas between.',
    example: 'to Do,Doing',
    pattern: commaSeparated(STATUSES),
  });

const day = (description: string) => dateOrTime.optional().meta({ description });

/** What `GET /tasks` can be asked; task-lists.ts says which of it together. */
export const taskListQuery = listQuery({
  table: taskTable,
  fields: Object.keys(taskSchema.shape),
  filters: {
    status: statuses,
    label: text(1, 50).optional().meta({ description: 'One of its labels.', example: 'garden' }),
    priority: prioritySchema.optional().meta({ description: 'Of this priority.' }),
    q: words.optional().meta({
      description: 'Words of title or description: all of them, whole, in any letter case.',
      example: 'fence',
    }),
    createdFrom: day('Made then or later.'),
    createdBefore: day('Made before then.'),
    deadlineFrom: day('Due then or later; by sort=deadline.'),
    deadlineBefore: day('Due before then; by sort=deadline.'),
    overdue: z
      .literal('true')
      .transform(() => true as const)
      .optional()
      .meta({ description: 'Past its deadline and not Done; by sort=deadline.' }),
  },
  scope: {
    assignedTo: z
      .union([objectId, z.literal('none')], { error: 'must be the id of a user, or none' })
      .transform((value) => (value === 'none' ? null : value))
      .optional()
      .meta({ description: 'Their tasks, or with `none` those of nobody. For a worker: only their own.' }),
  },
});
