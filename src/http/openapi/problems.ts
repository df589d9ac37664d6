import type { ZodOpenApiResponseObject } from 'zod-openapi';
import { PROBLEMS } from '../../problems/catalogue';
import { headerRefs, type HeaderName } from '../routing/headers';
import { stores, type Route } from '../routing/route';
import { problemSchema } from '../../schemas/values';

/** Returns whether the route can answer with 304. */
export const revalidates = ({ method, responses }: Route) =>
  method === 'get' && Object.values(responses).some(({ headers }) => headers?.includes('ETag'));

/** Returns the statuses of the problems (and 304) that a route can answer with. */
export function problemsOf(route: Route): number[] {
  const { method, access, sessionOnly, params, body, upload, conditional, idempotent, limit } = route;
  return [
    ...new Set([
      400,
      ...(access === 'anyone' ? [] : [401]),
      ...(access === 'Admin' || sessionOnly || (access === 'user' && method !== 'get') ? [403] : []),
      ...(params ? [404] : []),
      406,
      ...(body || upload ? [413, 415] : []),
      ...(conditional || revalidates(route) ? [412] : []),
      ...(conditional === true ? [428] : []),
      ...(idempotent ? [409, 422] : []),
      ...(revalidates(route) ? [304] : []),
      ...(limit === 'none' ? [] : [429]),
      500,
      503,
      ...(stores(route) ? [507] : []),
      ...(route.problems ?? []),
    ]),
  ].sort();
}

/** Returns every status of a problem, and 304. */
export const problemStatuses = () =>
  [304, ...new Set(Object.values(PROBLEMS).map(({ status }) => status))].sort();

/** Returns the name of the component for a status. */
export function nameOf(status: number): string {
  if (status === 304) return 'NotModified';
  const name = Object.entries(PROBLEMS).find(([, problem]) => problem.status === status)![0];
  return name.replace(/(^|-)([a-z])/g, (_match, _dash, letter: string) => letter.toUpperCase());
}

const RETRIED = new Set([409, 429, 502, 503, 504, 507]);

/** Returns the component for a status: the same answer for every route. */
export function problemAnswer(status: number): ZodOpenApiResponseObject {
  if (status === 304) {
    return { description: 'Not modified', headers: headerRefs(['ETag', 'X-Request-Id']) };
  }
  const kinds = Object.entries(PROBLEMS).filter(([, problem]) => problem.status === status);
  const headers: HeaderName[] = ['X-Request-Id'];
  if (status < 500) headers.push('RateLimit', 'RateLimit-Policy');
  if (RETRIED.has(status)) headers.push('Retry-After');
  if (status === 401 || status === 403) headers.push('WWW-Authenticate');
  const [name, { title, meaning }] = kinds[0]!;
  return {
    description: kinds.map(([, problem]) => `${problem.title}: ${problem.meaning}`).join(' Or: '),
    headers: headerRefs(headers),
    content: {
      'application/problem+json': {
        schema: problemSchema,
        example: { type: `/problems/${name}`, title, status, detail: meaning, requestId: EXAMPLE_ID },
      },
    },
  };
}

const EXAMPLE_ID = '5b0f1c2ab7e4d83f90a1b2c3d4e5f607';
