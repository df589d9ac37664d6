import { InvalidRequestError } from '../problems/errors';
import type { Cursors, Position } from './cursor';
import { rowFor, type ListTable, type Order } from './list-table';

/** What a client asks of a list. */
export interface ListQuery<F extends object = object> {
  /** Those that are set. */
  filters: F;
  /** A field, with `-` for descending. */
  sort: string;
  limit: number;
  cursor?: string;
  /** Of each entry only these; all without it. */
  fields?: string[];
  /** How many there are on all pages is asked for too. */
  count: boolean;
}

/** How a page of a list is found. */
export interface ListPlan<F extends object = object> {
  filters: F;
  /** As the index is walked: turned round where the page before is asked for. */
  order: Order;
  from: Position | undefined;
  limit: number;
  fields: string[] | undefined;
  count: boolean;
  /** The page's name among the cached ones. */
  key: string;
  /** Table, filters and sort: what a cursor belongs to. */
  list: string;
  /** What makes the cursors of the pages beside it. */
  cursors: Pick<Cursors, 'encode'>;
}

/** A page's entries and the cursors of its neighbours, empty where there is none. */
export interface ListPage<T> {
  entries: T[];
  next: string;
  previous: string;
}

/** @throws NotServedError, or InvalidRequestError for a cursor that isn't of this list */
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
      ? 'belongs to another list, or to other filters or another sort: begin without it'
      : 'is not a cursor of this server: begin without it, and follow the Link header of each page';
  throw InvalidRequestError.at('query.cursor', message);
}

/** @param found in the order of the plan, one more than `limit` where there is more that way */
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
    // Who came from the next page knows that there is one, and the other way round.
    next: more || backward ? cursorAt(entries.at(-1), false) : '',
    previous: (backward ? more : from !== undefined) ? cursorAt(entries[0], true) : '',
  };
}

/** What is told of a page beside its entries. */
export const pageMeta = ({ next, previous }: ListPage<unknown>, total: number | undefined) => ({
  next,
  previous,
  ...(total !== undefined && { total: String(total) }),
});
