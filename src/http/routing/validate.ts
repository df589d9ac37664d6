import type { Request } from 'express';
import { z } from 'zod';
import { InvalidRequestError, MAX_PATH, type FieldError } from '../../problems/errors';
import { shortened } from '../../lib/shortened';
import type { Route } from './route';

type Part = 'params' | 'query' | 'body';

/** Most faults in an answer; a body of 100 kB can have 10,000. */
const MAX_FAULTS = 100;

const noQuery = z.strictObject({});

/**
 * Returns the parsed parts of the request, undefined if the route declares none.
 * @throws InvalidRequestError with each fault and its place; an undeclared query is a fault
 */
export function validate(route: Route, request: Request) {
  const faults: FieldError[] = [];
  const parse = (part: Part, schema: z.ZodType, value: unknown): unknown => {
    // Messages are made only for invalid requests.
    const parsed = schema.safeParse(value);
    const result = parsed.success ? parsed : schema.safeParse(value, { error: inWords });
    if (!result.success) {
      const known = part === 'query' && schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
      faults.push(...result.error.issues.flatMap((issue) => toFaults(part, issue, known)));
    }
    return result.data;
  };
  const parseQuery = (schema: z.ZodType): unknown => {
    // Read once: it is a getter that parses each time.
    const { query } = request;
    const repeated = repeatedIn(query);
    if (repeated.length === 0) return parse('query', schema, query);
    faults.push(...repeated);
    return undefined;
  };
  const hasQuery = route.document !== false && request.url.includes('?');
  const params = route.params && parse('params', route.params, request.params);
  const query = route.query || hasQuery ? parseQuery(route.query ?? noQuery) : undefined;
  const sent = request.body as unknown;
  // A missing body counts as an empty one, so that each missing field is named.
  const body = route.body ? parse('body', route.body, sent === undefined ? {} : sent) : sent;
  if (faults.length > 0) {
    const [first] = faults;
    const others = faults.length > 1 ? ` (and ${faults.length - 1} more: see errors)` : '';
    throw new InvalidRequestError(`${first!.path}: ${first!.message}${others}`, {
      errors: faults.slice(0, MAX_FAULTS),
    });
  }
  return { params, query, body };
}

const repeatedIn = (query: Request['query']): FieldError[] =>
  Object.keys(query)
    .filter((name) => Array.isArray(query[name]))
    .map((name) => ({ path: shortened(`query.${name}`, MAX_PATH), message: 'must be given once' }));

const COUNTED: Record<string, string> = { string: 'characters', array: 'entries' };
const amount = (limit: number | bigint, origin: string) => [limit, COUNTED[origin]].filter(Boolean).join(' ');

/** Replaces zod's messages for programmers; `undefined` keeps zod's message. */
function inWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      return issue.input === null ? `can't be null` : `must be of type ${issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map((value) => `"${String(value)}"`).join(', ')}`;
    case 'too_small':
      return `must be at least ${amount(issue.minimum, issue.origin)}`;
    case 'too_big':
      return `must be at most ${amount(issue.maximum, issue.origin)}`;
    case 'invalid_format':
      return issue.format === 'email' ? 'is not an e-mail address' : undefined;
    default:
      return undefined;
  }
}

/** @param known the valid names, if they help in the message */
function toFaults(part: Part, issue: z.core.$ZodIssue, known: string[]): FieldError[] {
  const path = shortened([part, ...issue.path].join('.'), MAX_PATH);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: shortened(`${path}.${key}`, MAX_PATH),
      message: known.length > 0 ? `is not known; use ${known.join(', ')}` : 'is not known: leave it out',
    }));
  }
  return [{ path, message: issue.message }];
}
