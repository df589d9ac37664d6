import { z } from 'zod';
import { listQuery } from '../http/routing/pagination';
import { commaSeparated, dateOrTime, objectId, words } from '../schemas/values';
import { text } from '../schemas/text';
import { taskTable } from './task-lists';
import { prioritySchema, taskSchema } from './task-schemas';
import { STATUSES, type Status } from './task-status';

const isStatus = (value: string): value is Status => STATUSES.some((status) => status === value);

/** One or more statuses, separated by commas. */
const statuses = z
  .string()
  .max(100)
  .transform((value) => [...new Set(value.split(',').map((one) => one.trim()))].sort())
  .refine((all) => all.every(isStatus), `must be one or more of ${STATUSES.join(', ')}, separated by commas`)
  .transform((all) => all as Status[])
  .optional()
  .meta({
    description: 'Any of these, separated by commas.',
    example: 'to Do,Doing',
    pattern: commaSeparated(STATUSES),
  });

const day = (description: string) => dateOrTime.optional().meta({ description });

/** Query of `GET /tasks`; task-lists.ts lists the supported combinations. */
export const taskListQuery = listQuery({
  table: taskTable,
  fields: Object.keys(taskSchema.shape),
  filters: {
    status: statuses,
    label: text(1, 50).optional().meta({ description: 'With this label.', example: 'garden' }),
    priority: prioritySchema.optional().meta({ description: 'With this priority.' }),
    q: words.optional().meta({
      description: 'Whole words, all of which are in title or description; case-insensitive.',
      example: 'fence',
    }),
    createdFrom: day('Created at or after this time.'),
    createdBefore: day('Created before this time.'),
    deadlineFrom: day('Due at or after this time; with sort=deadline.'),
    deadlineBefore: day('Due before this time; with sort=deadline.'),
    overdue: z
      .literal('true')
      .transform(() => true as const)
      .optional()
      .meta({ description: 'Past the deadline and not Done; with sort=deadline.' }),
  },
  scope: {
    assignedTo: z
      .union([objectId, z.literal('none')], { error: 'must be the id of a user, or none' })
      .transform((value) => (value === 'none' ? null : value))
      .optional()
      .meta({
        description: 'Tasks of this user, or `none` for unassigned ones. Members only see their own.',
      }),
  },
});
