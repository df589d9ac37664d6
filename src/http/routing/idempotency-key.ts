import type { Request } from 'express';
import { InvalidRequestError } from '../../problems/errors';
import type { IdempotentRequest } from '../../idempotency/idempotent-request';

/** draft-ietf-httpapi-idempotency-key-header-07: a quoted string; many clients send it bare. */
const KEY = /^(?:"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255}))$/;

/** The request's `Idempotency-Key`, and what it is a key to. */
export function idempotencyOf(request: Request): IdempotentRequest | undefined {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return undefined;
  const [, quoted, bare] = KEY.exec(String(header)) ?? [];
  const key = quoted ?? bare;
  if (!key) {
    const message = 'must be 1 to 255 printable ASCII characters, best in quotation marks';
    throw InvalidRequestError.at('headers.idempotency-key', message);
  }
  return { key, request: `${request.method} ${request.path} ${textOf(request.body)}` };
}

function textOf(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch {
    // JSON.parse goes deeper than the stack on which JSON.stringify walks.
    throw new InvalidRequestError('The body is nested too deeply.');
  }
}
