import { z } from 'zod';
import type { Cached } from '../../cache/response-cache';
import type { ListQuery } from '../../lists/list-plan';
import type { ListTable } from '../../lists/list-table';
import { cached, type Reply } from './reply';
import { commaSeparated, wholeNumber } from '../../schemas/values';

type Shape = Record<string, z.ZodType>;

/** Defaults of a list query. */
const DEFAULTS = { sort: '-createdAt', limit: 20, count: 'false' } as const;

interface ListParameters<F extends Shape, S extends Shape> {
  /** Each sort of the table is supported in both directions. */
  table: ListTable;
  /** Fields of an entry. */
  fields: string[];
  /** Schemas by the names of filters in `table`. */
  filters: F;
  /** Schemas of parameters that select the owner and are not filters of the table. */
  scope: S;
}

/** Returns the query schema of a list: filters, `sort`, `fields`, and paging by the cursors of its `Link` header. */
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
    sort: z.enum(sorts).default(DEFAULTS.sort).meta({ description: '`-` sorts in descending order.' }),
    limit: wholeNumber(1, 100)
      .default(DEFAULTS.limit)
      .meta({ description: 'Entries per page.', override: { default: DEFAULTS.limit } }),
    cursor: z
      .string()
      .max(2_000)
      .optional()
      .meta({ description: 'From a Link header, for the same filters and sort.', pattern: '^[\\w-]+$' }),
    fields: z
      .string()
      .max(300)
      .transform((value) => [...new Set(value.split(',').map((name) => name.trim()))].sort())
      .refine((names) => names.every((name) => fields.includes(name)), `must be some of ${fields.join(', ')}`)
      .optional()
      .meta({
        description: 'Fields to return besides _id, separated by commas.',
        example: fields[1],
        pattern: commaSeparated(fields),
      }),
    count: z
      .enum(['true', 'false'])
      .default(DEFAULTS.count)
      .meta({ description: 'Whether to return the number of entries on all pages in X-Total-Count.' }),
  });
}

interface Asked {
  sort: string;
  limit: number;
  cursor?: string;
  fields?: string[];
  count: 'true' | 'false';
}

/** Splits a parsed query into page parameters and filters. */
export function toListQuery<F extends object>(query: Asked & F): ListQuery<Omit<F, keyof Asked>> {
  const { sort, limit, cursor, fields, count, ...filters } = query;
  return { filters, sort, limit, cursor, fields, count: count === 'true' };
}

/** Writes a parsed value so that it parses to the same value again. */
function written(value: Value): string {
  if (value instanceof Date) return value.toISOString();
  // `assignedTo=none`.
  return value === null ? 'none' : String(value);
}
type Value = Date | string | number | boolean | null | string[];

/**
 * Returns a parsed list query in canonical form: each parameter once, in the order of the schema, without defaults. Its
 * length is bounded by the schema, however the client wrote it (RFC 3986, 6.2). A search is kept as sent, trimmed: its
 * stored words might parse to others.
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
 * Returns a page with its `Link` header (RFC 8288): `first`, and `next` and `prev` if they exist. The longest possible
 * value sets the size of NGINX's header buffer; see nginx.conf.template.
 * @param url as the client sent it
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
