import type { z } from 'zod';
import type { IdempotentRequest } from '../../idempotency/idempotent-request';
import type { Principal } from '../../people/principal';
import type { Precondition } from '../../lib/version-tag';
import type { HeaderName } from './headers';
import type { Reply } from './reply';

/** Who may call: anyone, who is logged in, or Admins. Finer rules are the service's. */
export type Access = 'anyone' | 'user' | 'Admin';

export interface Input<P = unknown, Q = unknown, B = unknown, A extends Access = Access> {
  params: P;
  query: Q;
  body: B;
  user: A extends 'anyone' ? undefined : Principal;
  /** The address as the client sent it, with its query. */
  url: string;
  /** Finds the request in the log. */
  requestId: string;
  /** The client's, as NGINX saw it. */
  address: string;
  precondition: Precondition | undefined;
  idempotency: IdempotentRequest | undefined;
}

/** What an answer with success is; problems are the same everywhere. */
export interface Answer {
  description: string;
  /** Null where there is none, or where it isn't JSON. */
  body: z.ZodType | null;
  /** Of a body that isn't JSON: its media type. */
  type?: string;
  /** Which it can have, beside those that every answer has. */
  headers?: HeaderName[];
}

/** One declaration gives validation, types, the OpenAPI document and the Postman collection. */
export interface Route<P = unknown, Q = unknown, B = unknown, A extends Access = Access> {
  /** The operationId: what clients and the collection call it. */
  id: string;
  tag: 'Accounts' | 'Users' | 'Tasks' | 'Jobs' | 'Service';
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Express's form: `/users/:id`. */
  path: string;
  summary: string;
  description?: string;
  access: A;
  params?: z.ZodType<P>;
  query?: z.ZodType<Q>;
  /** JSON of at most 100 kB. */
  body?: z.ZodType<B>;
  /** Of `body`; `application/json` alone unless it says otherwise. */
  bodyTypes?: string[];
  /** Instead of `body`: raw bytes, handed over as a Buffer. */
  upload?: { limit: string; types: string[] };
  /** By status. */
  responses: Record<number, Answer>;
  /** A write that stores nothing: it is answered while the database has no room. */
  storesNothing?: true;
  /** Statuses of problems beside those that follow from the rest of the declaration. */
  problems?: number[];
  /** `If-Match` and `If-None-Match` of this write count; `optional`: also if the installation demands the first. */
  conditional?: true | 'optional';
  /** With an `Idempotency-Key` it is done once. */
  idempotent?: true;
  /** Counted on its own, or not at all; every other route counts into one limit. */
  limit?: 'signup' | 'upload' | 'none';
  /** A read that asks MongoDB each time: it waits for a place as writes do. */
  uncached?: true;
  /** Hashes a password: refused before its body is read if its turn would come too late. */
  hashesPassword?: true;
  /** Only requests with such a body count into `limit: 'signup'`, once the body is valid. */
  limitedIf?: (body: B) => boolean;
  /** That it goes, or one `field` of it (RFC 9745, RFC 8594): days as YYYY-MM-DD, and a page that says what to use. */
  deprecated?: { since: string; sunset: string; link: string; field?: string };
  handler: (input: Input<P, Q, B, A>) => Promise<Reply>;
}

/** Whether it needs room on the disk of the database; a removal too, which is written down before it frees any. */
export const stores = ({ method, storesNothing }: Route): boolean => method !== 'get' && !storesNothing;

export function defineRoute<A extends Access, P = undefined, Q = undefined, B = Buffer>(
  route: Route<P, Q, B, A>,
): Route {
  return route as unknown as Route;
}
