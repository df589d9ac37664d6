import { created, newest, type ListTable } from '../lists/list-table';
import type { Role } from '../people/principal';
import { between, hasWords } from '../infra/mongo/page';

/** The filter of a list, in the terms of MongoDB: all of them hold. */
export const matching = ({ role, disabled, q, createdFrom, createdBefore }: UserFilters): object[] => [
  {},
  ...(role ? [{ role }] : []),
  // Unset for a user who is not disabled.
  ...(disabled === undefined ? [] : [{ disabled: disabled || null }]),
  ...hasWords(q),
  ...between('createdAt', createdFrom, createdBefore),
];

export interface UserFilters {
  role?: Role;
  disabled?: boolean;
  /** Words in stored form, all of which must be in name, user name or e-mail address. */
  q?: string[];
  createdFrom?: Date;
  createdBefore?: Date;
}

/** Every supported combination of filters and sort, with its index. */
export const userTable: ListTable = {
  name: 'users',
  sorts: { createdAt: { createdAt: 'date' }, username: { usernameKey: 'string' } },
  rows: [
    { sort: 'createdAt', filters: [], optional: created, index: newest },
    { sort: 'createdAt', filters: ['role'], optional: created, index: { role: 1, ...newest } },
    {
      sort: 'createdAt',
      filters: ['disabled'],
      optional: created,
      index: { disabled: 1, ...newest },
    },
    {
      sort: 'createdAt',
      filters: ['role', 'disabled'],
      optional: created,
      index: { role: 1, disabled: 1, ...newest },
    },
    {
      sort: 'createdAt',
      filters: ['q'],
      optional: [],
      unindexed: ['role', 'disabled', ...created],
      index: { words: 1, ...newest },
    },
    { sort: 'username', filters: [], optional: [], index: { usernameKey: 1, _id: 1 } },
    { sort: 'username', filters: ['role'], optional: [], index: { role: 1, usernameKey: 1, _id: 1 } },
  ],
};
