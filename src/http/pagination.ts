import { z } from 'zod';
import type { Cached } from '../cache/response-cache';
import type { ListQuery } from '../lists/list-plan';
import type { ListTable } from '../lists/list-table';
import { cached, type Reply } from './reply';
import { commaSeparated, wholeNumber } from './schemas';

type Shape = Record<string, z.ZodType>;

interface ListParameters<F extends Shape, S extends Shape> {
  /** The sorts of it are served both ways. */
  table: ListTable;
  /** Those of an entry. */
  fields: string[];
  /** By their names in ListTable. */
  filters: F;
  /** Whose entries: not a filter of the table. */
  scope: S;
}

/** The query of a list: filters, `sort`, `fields`, and paging by the cursors of its `Link` header. */
export function listQuery<F extends Shape, S extends Shape>({
  table,
  fields,
  filters,
  scope,
}: ListParameters<F, S>) {
  const sorts = Object.keys(table.sorts).flatMap((name) => [name, `-${name}`]);
  return z.strictObject({
    ...filters,
    ...scope,
    sort: z.enum(sorts).default('-createdAt').meta({ description: '`-` turns the order round.' }),
    limit: wholeNumber(1, 100)
      .default(20)
      .meta({ description: 'Entries a page.', override: { default: 20 } }),
    cursor: z
      .string()
      .max(2_000)
      .optional()
      .meta({ description: 'From a Link header; of the same filters and sort.', pattern: '^[\\w-]+$' }),
    fields: z
      .string()
      .max(300)
      .transform((value) => [...new Set(value.split(',').map((name) => name.trim()))].sort())
      .refine((names) => names.every((name) => fields.includes(name)), `must be some of ${fields.join(', ')}`)
      .optional()
      .meta({
        description: 'Only these fields of each entry, and its _id; with commas between.',
        example: fields[1],
        pattern: commaSeparated(fields),
      }),
    count: z
      .enum(['true', 'false'])
      .default('false')
      .meta({ description: 'Whether X-Total-Count is to tell how many there are on all pages.' }),
  });
}

interface Asked {
  sort: string;
  limit: number;
  cursor?: string;
  fields?: string[];
  count: 'true' | 'false';
}

/** Of a parsed query: what a list is asked. All that isn't about the page is a filter. */
export function toListQuery<F extends object>(query: Asked & F): ListQuery<Omit<F, keyof Asked>> {
  const { sort, limit, cursor, fields, count, ...filters } = query;
  return { filters, sort, limit, cursor, fields, count: count === 'true' };
}

/** A page with its `Link` (RFC 8288): `first`, and `next` and `prev` where they are there. */
export function pageReply(page: Cached, url: string): Reply {
  const { next, previous, total } = page.meta;
  // A query may hold further question marks.
  const [path] = url.split('?', 1);
  const parameters = new URLSearchParams(url.slice(path!.length));
  parameters.delete('cursor');
  const others = parameters.toString();
  const link = (rel: string, cursor?: string) => {
    const asked = [others, cursor && `cursor=${cursor}`].filter(Boolean).join('&');
    return `<${path}${asked && `?${asked}`}>; rel="${rel}"`;
  };
  const links = [
    link('first'),
    ...(next ? [link('next', next)] : []),
    ...(previous ? [link('prev', previous)] : []),
  ];
  return cached(page, { Link: links.join(', '), ...(total && { 'X-Total-Count': total }) });
}
