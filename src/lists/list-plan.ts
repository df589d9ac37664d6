import { InvalidRequestError } from '../problems/errors';
import type { Cursors, Position } from './cursor';
import { rowFor, type ListTable, type Order } from './list-table';

/** Returns an entry with only the given fields and its `_id`; the whole entry without `fields`. */
export function pick<T extends { _id: unknown }>(entry: T, fields: string[] | undefined): Partial<T> {
  if (!fields) return entry;
  const kept = Object.entries(entry).filter(([name]) => name === '_id' || fields.includes(name));
  return Object.fromEntries(kept) as Partial<T>;
}

/** A client's query of a list. */
export interface ListQuery<F extends object = object> {
  filters: F;
  /** A field, with `-` for descending. */
  sort: string;
  limit: number;
  cursor?: string;
  /** Fields of each entry; default: all. */
  fields?: string[];
  /** True to also count the entries of all pages. */
  count: boolean;
}

/** Plan for reading a page of a list. */
export interface ListPlan<F extends object = object> {
  filters: F;
  /** Direction in which the index is walked: reversed for a previous page. */
  order: Order;
  from: Position | undefined;
  limit: number;
  fields: string[] | undefined;
  count: boolean;
  /** Cache key of the page. */
  key: string;
  /** Table, filters and sort, to which a cursor belongs. */
  list: string;
  /** Makes the cursors of the neighbouring pages. */
  cursors: Pick<Cursors, 'encode'>;
}

/** Entries of a page and the cursors of its neighbours, empty if there is none. */
export interface ListPage<T> {
  entries: T[];
  next: string;
  previous: string;
}

/** @throws NotServedError for an unsupported combination, InvalidRequestError for a cursor of another list */
export function planList<F extends object>(
  table: ListTable,
  query: ListQuery<F>,
  cursors: Cursors,
): ListPlan<F> {
  const { filters, sort, limit, cursor, count } = query;
  rowFor(table, Object.keys(filters), sort);
  const list = JSON.stringify([table.name, sort, Object.entries(filters).sort()]);
  const fields = table.sorts[sort.replace(/^-/, '')]!;
  const types = Object.values(fields);
  const from = cursor === undefined ? undefined : requirePosition(cursors.decode(list, cursor), types);
  const descending = sort.startsWith('-');
  const direction = descending !== (from?.backward ?? false) ? -1 : 1;
  const names = [...Object.keys(fields), '_id'];
  const order: Order = Object.fromEntries(names.map((name) => [name, direction]));
  const key = JSON.stringify([list, limit, cursor ?? '', query.fields ?? '', count]);
  return { filters, order, from, limit, fields: query.fields, count, key, list, cursors };
}

const typeOf = (value: unknown) => (value instanceof Date ? 'date' : typeof value);

function requirePosition(position: ReturnType<Cursors['decode']>, types: string[]): Position {
  const isWhole = typeof position === 'object' && position.values.map(typeOf).join() === types.join();
  if (isWhole) return position;
  const message =
    position === 'foreign'
      ? 'belongs to another list, or to other filters or another sort: begin without a cursor'
      : 'is not a cursor of this server: begin without one, and follow the Link header of each page';
  throw InvalidRequestError.at('query.cursor', message);
}

/** @param found entries in the order of the plan; `limit + 1` of them if there are more in that direction */
export function toPage<T extends { _id: unknown }>(plan: ListPlan, found: T[]): ListPage<T> {
  const { from, limit, order, list, cursors } = plan;
  const more = found.length > limit;
  const backward = from?.backward ?? false;
  const entries = backward ? found.slice(0, limit).reverse() : found.slice(0, limit);
  const cursorAt = (entry: T | undefined, towardsStart: boolean) => {
    if (!entry) return '';
    const names = Object.keys(order).filter((name) => name !== '_id');
    const values = names.map((name) => (entry as Record<string, string | number | Date>)[name]!);
    return cursors.encode(list, { values, id: String(entry._id), backward: towardsStart });
  };
  return {
    entries,
    // A cursor from the next page proves that there is one, and vice versa.
    next: more || backward ? cursorAt(entries.at(-1), false) : '',
    previous: (backward ? more : from !== undefined) ? cursorAt(entries[0], true) : '',
  };
}

/** Cursors and total of a page, kept with its cached entries. */
export const pageMeta = ({ next, previous }: ListPage<unknown>, total: number | undefined) => ({
  next,
  previous,
  ...(total !== undefined && { total: String(total) }),
});
