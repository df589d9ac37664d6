import { within } from '../infra/mongo-page';
import type { UserFilters } from './user-lists';

/** The filter of a list, in the terms of MongoDB, joined by `$and`. */
export const matching = ({ role, q, createdFrom, createdBefore }: UserFilters): object[] => [
  {},
  ...(role ? [{ role }] : []),
  ...(q ? [{ words: q.length === 1 ? q[0] : { $all: q } }] : []),
  ...within('createdAt', createdFrom, createdBefore),
];
