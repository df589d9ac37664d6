import { toObjectId } from '../infra/mongo/mongo';
import { between, hasWords, oneOf } from '../infra/mongo/page';
import type { ListPlan } from '../lists/list-plan';
import type { Owner, TaskFilters } from './task-lists';
import { rankOf } from './task-priority';
import { STATUSES, type Status } from './task-status';

/** The earliest possible date: excludes tasks without a deadline. */
const EARLIEST = new Date(-8.64e15);

/** Returns the statuses to filter by; all of them if status is the first field of the index. */
function statusesOf({ status, overdue }: TaskFilters, isFirst: boolean): readonly Status[] | undefined {
  if (!isFirst) return status;
  return (status ?? STATUSES).filter((one) => !overdue || one !== 'Done');
}

/** Returns MongoDB's filters of a list, all of which must hold. */
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
