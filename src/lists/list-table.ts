import { NotServedError } from '../problems/errors';

/** Fields by which a list is ordered, with the id last, so that no two entries are equal. */
export type Order = Record<string, 1 | -1>;

/** A supported combination of filters and sort, with its index. */
export interface ListRow {
  /** Name of the sort without its sign. */
  sort: string;
  /** Required filters; the index begins with their fields. */
  filters: string[];
  /** Optional filters that the index serves: bounds of the sorted field, or fields of which all values are listed. */
  optional: string[];
  /** Optional filters that MongoDB checks in each entry that the index finds. */
  unindexed?: string[];
  index: Order;
}

export type SortedType = 'date' | 'number' | 'string';

export interface ListTable {
  /** Name of the table, to which its cursors belong. */
  name: string;
  /** Fields of each sort with their types, in order. */
  sorts: Record<string, Record<string, SortedType>>;
  rows: ListRow[];
}

/** Index fields of a list from newest to oldest. */
export const newest = { createdAt: -1, _id: -1 } as const;
/** Filters by time of creation. */
export const created = ['createdFrom', 'createdBefore'];

const allowedIn = ({ filters, optional, unindexed = [] }: ListRow) => [...filters, ...optional, ...unindexed];

const fits = (row: ListRow, given: string[], sort: string) =>
  row.sort === sort &&
  row.filters.every((name) => given.includes(name)) &&
  given.every((name) => allowedIn(row).includes(name));

/** Counts the changes needed to fit a row. A lost filter weighs more than another sort, which only affects the order. */
function distance(row: ListRow, given: string[], sort: string): number {
  const tooMany = given.filter((name) => !allowedIn(row).includes(name)).length;
  const missing = row.filters.filter((name) => !given.includes(name)).length;
  return 2 * (tooMany + missing) + (row.sort === sort ? 0 : 1);
}

/**
 * Returns the row for these filters and this sort.
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
  throw new NotServedError(`${asked}=${sort} is not supported. The nearest supported query: ?${query}`);
}
