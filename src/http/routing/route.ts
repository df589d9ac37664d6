import type { z } from 'zod';
import type { IdempotentRequest } from '../../idempotency/idempotency-service';
import type { Principal } from '../../people/principal';
import type { Precondition } from '../../lib/version-tag';
import type { HeaderName } from './headers';
import type { Reply } from './reply';

/** Required access: none, any logged-in user, or an Admin. Finer rules belong to the service. */
export type Access = 'anyone' | 'user' | 'Admin';

export interface Input<P = unknown, Q = unknown, B = unknown, A extends Access = Access> {
  params: P;
  query: Q;
  body: B;
  user: A extends 'anyone' ? undefined : Principal;
  /** The URL as the client sent it, with its query. */
  url: string;
  /** The one of the route's `offers` that the client prefers; undefined if it has none. */
  type: string | undefined;
  /** Identifies the request in the log. */
  requestId: string;
  /** Address of the client. */
  address: string;
  userAgent: string | undefined;
  precondition: Precondition | undefined;
  idempotency: IdempotentRequest | undefined;
}

/** A successful answer; problems are the same everywhere. */
export interface Answer {
  description: string;
  /** Null if there is none, or if it is not JSON. */
  body: z.ZodType | null;
  /** Media type of a body that is not JSON. */
  type?: string;
  /** Possible headers besides those of every answer. */
  headers?: HeaderName[];
}

/** Declaration of a route, from which validation, types, the OpenAPI document and the Postman collection follow. */
export interface Route<P = unknown, Q = unknown, B = unknown, A extends Access = Access> {
  /** The operationId. */
  id: string;
  tag: 'Accounts' | 'Users' | 'Tasks' | 'Jobs' | 'Audit' | 'Service';
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** In Express's form: `/users/:id`. */
  path: string;
  summary: string;
  description?: string;
  access: A;
  /** Refuses the tokens of scripts. */
  sessionOnly?: true;
  params?: z.ZodType<P>;
  query?: z.ZodType<Q>;
  /** JSON of at most 100 kB. */
  body?: z.ZodType<B>;
  /** A request without a body counts as one with an empty object. */
  bodyOptional?: true;
  /** Media types of `body`; default: only `application/json`. */
  bodyTypes?: string[];
  /** Instead of `body`: raw bytes, passed to the handler as a Buffer. */
  upload?: { limit: string; types: string[] };
  /** Successful answers by status. */
  responses: Record<number, Answer>;
  /** Media types that the handler chooses from by `Accept`, the preferred one first. */
  offers?: string[];
  /**
   * Keeps the route out of the OpenAPI document, for pages and for what operators ask. Its path is matched exactly,
   * case and final slash included, and its query is ignored.
   */
  document?: false;
  /** The label of the route in the metrics, if it is not its path. */
  countedAs?: string;
  /** The write stores nothing or next to nothing, so it is allowed while the disk of the database is nearly full. */
  storesNothing?: true;
  /** Statuses of problems besides those that follow from the rest of the declaration. */
  problems?: number[];
  /** The write honours `If-Match` and `If-None-Match`; `optional` exempts it from `requireIfMatch`. */
  conditional?: true | 'optional';
  /** With an `Idempotency-Key` the write takes effect only once. */
  idempotent?: true;
  /** An additional limit, or none at all; default: only the common limit. */
  limit?: 'signup' | 'upload' | 'none';
  /** The read asks MongoDB each time, so it waits for a place as writes do. */
  uncached?: true;
  /** The route hashes a password, and is refused before its body is read if its turn would come too late. */
  hashesPassword?: true;
  /** Restricts `limit: 'signup'` to requests whose valid body matches. */
  limitedIf?: (body: B) => boolean;
  /** Announces the end of the route, or of one `field` (RFC 9745, RFC 8594). Days as YYYY-MM-DD; a link to help. */
  deprecated?: { since: string; sunset: string; link: string; field?: string };
  handler: (input: Input<P, Q, B, A>) => Promise<Reply>;
}

/** Returns whether the route needs disk space in the database; a removal does too, since it is logged first. */
export const stores = ({ method, storesNothing }: Route): boolean => method !== 'get' && !storesNothing;

/** Declares a read without parameters that is not in the document; `given` may say otherwise. */
export const defineHiddenRoute = <A extends Access = 'anyone', P = undefined, B = undefined>(
  given: Partial<Route<P, undefined, B, A>> & Pick<Route<P, undefined, B, A>, 'path' | 'handler'>,
): Route =>
  defineRoute<Access, P, undefined, B>({
    id: given.path,
    tag: 'Service',
    method: 'get',
    summary: '',
    access: 'anyone',
    limit: 'none',
    storesNothing: true,
    document: false,
    responses: {},
    ...(given as object),
  } as Route<P, undefined, B>);

export function defineRoute<A extends Access, P = undefined, Q = undefined, B = Buffer>(
  route: Route<P, Q, B, A>,
): Route {
  return route as unknown as Route;
}
