import { created, newest, type ListTable } from '../lists/list-table';
import { type Priority, rankOf, type Status, STATUSES } from './task-status';
import { toObjectId } from '../infra/mongo/mongo';
import { between, hasWords, oneOf } from '../infra/mongo/page';
import type { ListPlan } from '../lists/list-plan';

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

export interface TaskFilters {
  status?: Status[];
  label?: string;
  priority?: Priority;
  /** Words in stored form, all of which must be in title or description. */
  q?: string[];
  createdFrom?: Date;
  createdBefore?: Date;
  deadlineFrom?: Date;
  deadlineBefore?: Date;
  /** Past the deadline and not Done. */
  overdue?: true;
}

/** An assignee's id; null for unassigned tasks, undefined for all. */
export type Owner = string | null | undefined;

const unindexed = ['status', 'priority', ...created];

/**
 * Every supported combination of filters and sort, for all tasks and for those of one assignee, whose indexes begin
 * with `assignedTo`. A list by deadline contains only tasks that have one.
 */
export const taskTable: ListTable = {
  name: 'tasks',
  sorts: {
    createdAt: { createdAt: 'date' },
    priority: { priority: 'number', createdAt: 'date' },
    deadline: { deadline: 'date' },
    position: { position: 'number' },
  },
  rows: [
    { sort: 'createdAt', filters: [], optional: created, index: newest },
    { sort: 'createdAt', filters: ['status'], optional: created, index: { status: 1, ...newest } },
    { sort: 'createdAt', filters: ['priority'], optional: created, index: { priority: -1, ...newest } },
    { sort: 'createdAt', filters: ['label'], optional: [], unindexed, index: { labels: 1, ...newest } },
    {
      sort: 'createdAt',
      filters: ['q'],
      optional: [],
      unindexed: [...unindexed, 'label'],
      index: { words: 1, ...newest },
    },
    {
      sort: 'priority',
      filters: [],
      optional: ['priority'],
      unindexed: ['status'],
      index: { priority: -1, ...newest },
    },
    {
      sort: 'deadline',
      filters: [],
      // Without `status` MongoDB walks the index for each of the three statuses and merges the results in order.
      optional: ['status', 'deadlineFrom', 'deadlineBefore', 'overdue'],
      index: { status: 1, deadline: 1, _id: 1 },
    },
    { sort: 'position', filters: [], optional: ['status'], index: { status: 1, position: 1, _id: 1 } },
  ],
};
