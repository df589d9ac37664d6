/** A client's `Idempotency-Key`, and the request that it belongs to. */
export interface IdempotentRequest {
  key: string;
  request: string;
}
