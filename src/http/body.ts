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
  if (upload) return [requireType(upload.types), express.raw({ type: () => true, limit: upload.limit })];
  if (body) return [requireType(bodyTypes), parseJson];
  return [];
}

function requireType(types: string[]): RequestHandler {
  return (request, response, next) => {
    if (hasBody(request) && !request.is(types)) {
      throw new UnsupportedMediaTypeError(`Send one of ${types.join(', ')} as Content-Type.`);
    }
    next();
  };
}
