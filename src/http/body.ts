import express, { type Request, type RequestHandler } from 'express';
import { UnsupportedMediaTypeError } from '../errors';
import type { Route } from './route';

const JSON_LIMIT = '100kb';
const parseJson = express.json({ limit: JSON_LIMIT, strict: false, type: () => true });

const hasBody = (request: Request) =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;

/** The steps that read a route's body; none for a route without one. */
export function readBody({
  body,
  bodyTypes = ['application/json'],
  upload,
}: Pick<Route, 'body' | 'bodyTypes' | 'upload'>): RequestHandler[] {
  if (upload) return [begin(upload.types), express.raw({ type: () => true, limit: upload.limit }), end];
  if (body) return [begin(bodyTypes), parseJson, end];
  return [];
}

function begin(types: string[]): RequestHandler {
  return (request, response, next) => {
    if (hasBody(request) && !request.is(types)) {
      throw new UnsupportedMediaTypeError(`Send one of ${types.join(', ')} as Content-Type.`);
    }
    request.bodyMs = -performance.now();
    next();
  };
}

/** A slow client is another thing than a slow server. */
const end: RequestHandler = (request, _response, next) => {
  request.bodyMs! += performance.now();
  next();
};
