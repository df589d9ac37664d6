import { toObjectId } from '../infra/mongo/mongo';
import { between, hasWords, oneOf } from '../infra/mongo/page';
import type { ListPlan } from '../lists/list-plan';
import type { Owner, TaskFilters } from './task-lists';
import { rankOf } from './task-priority';
import { STATUSES, type Status } from './task-status';

/** The earliest date there is: no task without a deadline is at or after it. */
const EARLIEST = new Date(-8.64e15);

/** Where status is the index's first field and isn't asked for, each is. */
function statusesOf({ status, overdue }: TaskFilters, isFirst: boolean): readonly Status[] | undefined {
  if (!isFirst) return status;
  return (status ?? STATUSES).filter((one) => !overdue || one !== 'Done');
}

/** The filter of a list, in the terms of MongoDB: all of them hold. */
export function matching({ filters, order }: ListPlan<TaskFilters>, owner: Owner): object[] {
  const { label, priority, q, overdue, createdFrom, createdBefore, deadlineFrom, deadlineBefore } = filters;
  const byDeadline = 'deadline' in order;
  const statuses = statusesOf(filters, byDeadline || 'position' in order);
  const soon = overdue
    ? new Date(Math.min(Date.now(), deadlineBefore?.getTime() ?? Infinity))
    : deadlineBefore;
  return [
    {},
    ...(owner === undefined ? [] : [{ assignedTo: owner === null ? null : toObjectId(owner) }]),
    ...(statuses ? [oneOf('status', statuses)] : []),
    ...(label === undefined ? [] : [{ labels: label }]),
    ...(priority === undefined ? [] : [{ priority: rankOf(priority) }]),
    ...hasWords(q),
    ...between('createdAt', createdFrom, createdBefore),
    ...(byDeadline ? between('deadline', deadlineFrom ?? EARLIEST, soon) : []),
  ];
}
