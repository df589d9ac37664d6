import { z } from 'zod';
import type { Cached } from '../../cache/response-cache';
import type { ListQuery } from '../../lists/list-plan';
import type { ListTable } from '../../lists/list-table';
import { cached, type Reply } from './reply';
import { commaSeparated, wholeNumber } from '../../schemas/values';

type Shape = Record<string, z.ZodType>;

/** What a list is asked if its query doesn't say so. */
const DEFAULTS = { sort: '-createdAt', limit: 20, count: 'false' } as const;

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
    sort: z.enum(sorts).default(DEFAULTS.sort).meta({ description: '`-` turns the order round.' }),
    limit: wholeNumber(1, 100)
      .default(DEFAULTS.limit)
      .meta({ description: 'Entries a page.', override: { default: DEFAULTS.limit } }),
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
      .default(DEFAULTS.count)
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

/** A value of a parsed query as an address has it; it is parsed to the same value again. */
function written(value: Value): string {
  if (value instanceof Date) return value.toISOString();
  // `assignedTo=none`.
  return value === null ? 'none' : String(value);
}
type Value = Date | string | number | boolean | null | string[];

/**
 * The parsed query of a list as a query again: each parameter once, in the order of the schema, defaults left out. So
 * its length is bounded by the schema, whatever a client makes of its own (RFC 3986, 6.2). A search is written as it
 * was sent, without the blanks around it: its words, as they are stored, might be parsed to others.
 */
function canonical(query: object, url: string): URLSearchParams {
  const shown = new URLSearchParams();
  for (const [name, value] of Object.entries(query) as [string, Value | undefined][]) {
    const isDefault = DEFAULTS[name as keyof typeof DEFAULTS] === value;
    if (name === 'cursor' || value === undefined || isDefault) continue;
    const sent = name === 'q' && new URLSearchParams(url.slice(url.indexOf('?'))).get('q');
    shown.append(name, sent ? sent.trim() : written(value));
  }
  return shown;
}

/**
 * A page with its `Link` (RFC 8288): `first`, and `next` and `prev` if they are there. The buffer of NGINX for the
 * headers of an answer is sized by the longest that there can be; see nginx.conf.template.
 * @param url as it was asked for
 */
export function pageReply(
  page: Cached,
  { path, query, url }: { path: string; query: object; url: string },
): Reply {
  const { next, previous, total } = page.meta;
  const others = canonical(query, url).toString();
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
