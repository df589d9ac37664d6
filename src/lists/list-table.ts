import { NotServedError } from '../problems/errors';

/** By which fields a list is ordered; the id follows, so that no two entries are equal. */
export type Order = Record<string, 1 | -1>;

/** A combination of filters and sort that is served, and the index that answers it. */
export interface ListRow {
  /** Without its sign. */
  sort: string;
  /** They must be there; the index begins with their fields. */
  filters: string[];
  /** They may be there: bounds of what is sorted by, or filters that stand for all values where they are left out. */
  optional: string[];
  /** They may be there, and are looked at in each entry that the index finds. */
  unindexed?: string[];
  index: Order;
}

export type SortedType = 'date' | 'number' | 'string';

export interface ListTable {
  /** Name of what it lists: a cursor of one table leads nowhere in another. */
  name: string;
  /** The fields of each sort with their types, in their order. */
  sorts: Record<string, Record<string, SortedType>>;
  rows: ListRow[];
}

/** The index of every list from the newest on. */
export const newest = { createdAt: -1, _id: -1 } as const;
/** The bounds of a list by creation. */
export const created = ['createdFrom', 'createdBefore'];

const allowedIn = ({ filters, optional, unindexed = [] }: ListRow) => [...filters, ...optional, ...unindexed];

const fits = (row: ListRow, given: string[], sort: string) =>
  row.sort === sort &&
  row.filters.every((name) => given.includes(name)) &&
  given.every((name) => allowedIn(row).includes(name));

/** How much would have to change: a filter that is lost changes what is found, a sort only its order. */
function distance(row: ListRow, given: string[], sort: string): number {
  const tooMany = given.filter((name) => !allowedIn(row).includes(name)).length;
  const missing = row.filters.filter((name) => !given.includes(name)).length;
  return 2 * (tooMany + missing) + (row.sort === sort ? 0 : 1);
}

/**
 * The row that serves these filters in this order.
 * @param sort with its sign: `-createdAt`
 * @throws NotServedError that names the nearest row
 */
export function rowFor({ rows }: ListTable, given: string[], sort: string): ListRow {
  const field = sort.replace(/^-/, '');
  const found = rows.find((row) => fits(row, given, field));
  if (found) return found;
  const nearest = rows.reduce((best, row) =>
    distance(row, given, field) < distance(best, given, field) ? row : best,
  );
  const kept = [
    ...new Set([...nearest.filters, ...given.filter((name) => allowedIn(nearest).includes(name))]),
  ];
  const sign = sort.startsWith('-') && nearest.sort === field ? '-' : '';
  const query = [...kept.map((name) => `${name}=…`), `sort=${sign}${nearest.sort}`].join('&');
  const asked = given.length > 0 ? `Filtering by ${given.join(' and ')} with sort` : 'The sort';
  throw new NotServedError(`${asked}=${sort} is not served. The nearest that is: ?${query}`);
}
