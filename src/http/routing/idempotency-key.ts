import type { Request } from 'express';
import { InvalidRequestError } from '../../problems/errors';
import type { IdempotentRequest } from '../../idempotency/idempotency-service';

/** A quoted string (draft-ietf-httpapi-idempotency-key-header-07); many clients send it without quotes. */
const KEY = /^(?:"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255}))$/;

/** Returns the request's `Idempotency-Key` and the request it belongs to; undefined without one. */
export function idempotencyOf(request: Request): IdempotentRequest | undefined {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return undefined;
  const [, quoted, bare] = KEY.exec(String(header)) ?? [];
  const key = quoted ?? bare;
  if (!key) {
    const message = 'must be 1 to 255 printable ASCII characters, preferably quoted';
    throw InvalidRequestError.at('headers.idempotency-key', message);
  }
  return { key, request: `${request.method} ${request.path} ${textOf(request.body)}` };
}

function textOf(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch {
    // JSON.parse allows deeper nesting than the stack of JSON.stringify.
    throw new InvalidRequestError('The body is nested too deeply.');
  }
}
