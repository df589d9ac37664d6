import { between, hasWords } from '../infra/mongo/page';
import type { UserFilters } from './user-lists';

/** The filter of a list, in the terms of MongoDB: all of them hold. */
export const matching = ({ role, q, createdFrom, createdBefore }: UserFilters): object[] => [
  {},
  ...(role ? [{ role }] : []),
  ...hasWords(q),
  ...between('createdAt', createdFrom, createdBefore),
];
