import type { z } from 'zod';
import type { Principal } from '../principal';
import type { Reply } from './reply';

/** Who may call: anyone, who is logged in, or Admins. Finer rules are the service's. */
export type Access = 'anyone' | 'user' | 'Admin';

interface Input<P, Q, B, A extends Access> {
  params: P;
  query: Q;
  body: B;
  user: A extends 'anyone' ? undefined : Principal;
}

/** One declaration gives validation and types; its responses are checked wherever `checkResponses` is on. */
export interface Route<P = unknown, Q = unknown, B = unknown, A extends Access = Access> {
  method: 'get' | 'post' | 'put' | 'delete';
  /** Express's form: `/users/:id`. */
  path: string;
  summary: string;
  access: A;
  params?: z.ZodType<P>;
  query?: z.ZodType<Q>;
  /** JSON of at most 100 kB. */
  body?: z.ZodType<B>;
  /** Instead of `body`: raw bytes, handed over as a Buffer. */
  upload?: { limit: string; types: string[] };
  /** The body of each status that means success; null where there is none. */
  responses: Record<number, z.ZodType | null>;
  handler: (input: Input<P, Q, B, A>) => Promise<Reply>;
}

export function defineRoute<A extends Access, P = undefined, Q = undefined, B = Buffer>(
  route: Route<P, Q, B, A>,
): Route {
  return route as unknown as Route;
}
