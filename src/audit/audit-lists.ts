import { between } from '../infra/mongo/page';
import { created, newest, type ListTable } from '../lists/list-table';
import type { Action, Outcome } from './audit-event';

export interface AuditFilters {
  action?: Action;
  outcome?: Outcome;
  actor?: string;
  target?: string;
  createdFrom?: Date;
  createdBefore?: Date;
}

/** Returns MongoDB's filters of a list, all of which must hold. */
export const matching = ({ createdFrom, createdBefore, ...equal }: AuditFilters): object[] => [
  equal,
  ...between('createdAt', createdFrom, createdBefore),
];

const unindexed = ['action', 'outcome', ...created];

/** Every supported combination of filters and sort, with its index. */
export const auditTable: ListTable = {
  name: 'audit',
  sorts: { createdAt: { createdAt: 'date' } },
  rows: [
    { sort: 'createdAt', filters: [], optional: created, index: newest },
    {
      sort: 'createdAt',
      filters: ['action'],
      optional: created,
      unindexed: ['outcome'],
      index: { action: 1, ...newest },
    },
    { sort: 'createdAt', filters: ['actor'], optional: [], unindexed, index: { actor: 1, ...newest } },
    { sort: 'createdAt', filters: ['target'], optional: [], unindexed, index: { target: 1, ...newest } },
  ],
};
