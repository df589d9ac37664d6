export type Role = 'Admin' | 'worker';

/** Who sends a request, by their token. */
export interface Principal {
  id: string;
  role: Role;
}

/** A request that may be sent again: the client's `Idempotency-Key`, and the request that it belongs to. */
export interface Repeatable {
  key: string;
  request: string;
}
