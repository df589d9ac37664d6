import { isUtf8 } from 'node:buffer';
import { MIMEType } from 'node:util';
import express, { type Request, type RequestHandler } from 'express';
import { InvalidRequestError, UnsupportedMediaTypeError } from '../../problems/errors';
import type { Route } from './route';
import { parseJson } from './well-formed';

const JSON_LIMIT = '100kb';
const readRaw = express.raw({ limit: JSON_LIMIT, type: () => true });
const UTF_8 = ['utf-8', 'utf8'];

const hasBody = (request: Request) =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;

/** Returns the middleware that reads a route's body; empty for a route without one. */
export function readBody({
  body,
  bodyTypes = ['application/json'],
  upload,
}: Pick<Route, 'body' | 'bodyTypes' | 'upload'>): RequestHandler[] {
  if (upload) return [begin(upload.types), express.raw({ type: () => true, limit: upload.limit }), end];
  if (body) return [begin(bodyTypes, requireUtf8Charset), readRaw, end, decode];
  return [];
}

function begin(types: string[], check?: (request: Request) => void): RequestHandler {
  return (request, _response, next) => {
    if (hasBody(request) && !request.is(types)) {
      const named = types.length > 1 ? `one of ${types.join(', ')}` : types[0];
      throw new UnsupportedMediaTypeError(`Send ${named} as Content-Type.`);
    }
    check?.(request);
    request.bodyMs = -performance.now();
    next();
  };
}

/** JSON is UTF-8 (RFC 8259, 8.1); its media type has no `charset`, but many clients send one. */
function requireUtf8Charset(request: Request): void {
  const charset = charsetOf(request.headers['content-type']);
  if (!UTF_8.includes(charset.toLowerCase())) {
    throw new UnsupportedMediaTypeError('The charset of the body is not supported. Send UTF-8.');
  }
}

function charsetOf(contentType = ''): string {
  try {
    return new MIMEType(contentType).params.get('charset') ?? 'utf-8';
  } catch {
    // Only an empty body gets here without a media type.
    return 'utf-8';
  }
}

/** Refuses bytes that are not UTF-8 (RFC 3629, 10), which a decoder would replace. Ignores a byte order mark. */
const decode: RequestHandler = (request, _response, next) => {
  const bytes: unknown = request.body;
  if (Buffer.isBuffer(bytes)) request.body = bytes.length === 0 ? {} : toJson(bytes);
  next();
};

function toJson(bytes: Buffer): unknown {
  // JSON contains no null byte, but ASCII in UTF-16 or UTF-32 does.
  if (!isUtf8(bytes) || bytes.includes(0)) {
    throw new InvalidRequestError('The body is not UTF-8.');
  }
  try {
    return parseJson(bytes.toString('utf8').replace(/^\ufeff/, ''));
  } catch (error) {
    throw error instanceof SyntaxError ? new InvalidRequestError('The body is not JSON.') : error;
  }
}

/** Ends the time of the body, so that a slow client does not count as a slow server. */
const end: RequestHandler = (request, _response, next) => {
  request.bodyMs! += performance.now();
  next();
};
