import { created, newest, type ListTable } from '../lists/list-table';
import type { Priority } from './task-priority';
import type { Status } from './task-status';

/** Filters of a list of tasks. */
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
