import { created, newest, type ListTable } from '../lists/list-table';
import type { Priority } from './task-priority';
import type { Status } from './task-status';

/** What a list of tasks can be narrowed to. */
export interface TaskFilters {
  /** Any of them. */
  status?: Status[];
  label?: string;
  priority?: Priority;
  /** Words that must all be in title or description, in their stored form. */
  q?: string[];
  createdFrom?: Date;
  createdBefore?: Date;
  deadlineFrom?: Date;
  deadlineBefore?: Date;
  /** The deadline is over, and it isn't Done. */
  overdue?: true;
}

/** Of whom: an assignee's id, null for those of nobody, undefined for all. */
export type Owner = string | null | undefined;

const unindexed = ['status', 'priority', ...created];

/**
 * Every combination of filters and sort that is served, for all tasks and for those of one assignee, whose
 * indexes have `assignedTo` in front. A list by deadline holds only tasks that have one.
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
      // Without `status` the index is walked for each of the three, and the walks are merged in order.
      optional: ['status', 'deadlineFrom', 'deadlineBefore', 'overdue'],
      index: { status: 1, deadline: 1, _id: 1 },
    },
    { sort: 'position', filters: [], optional: ['status'], index: { status: 1, position: 1, _id: 1 } },
  ],
};
