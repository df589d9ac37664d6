import cors from 'cors';
import type { Request, RequestHandler } from 'express';
import { EXPOSED_HEADERS } from './headers';

/** Chrome keeps what a preflight said for at most two hours. */
const MAX_AGE_SECONDS = 7_200;

/** A plain OPTIONS asks what a path serves; that is the router's to answer. */
const isPreflight = ({ method, headers }: Request) =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;

/**
 * Which pages of other origins may use the API. No credentials: a token is sent by the page itself, so there
 * is nothing that a stranger's page could use in a person's name.
 */
export function allowOrigins(origins: string[] | '*'): RequestHandler {
  const options = {
    origin: origins,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'If-Match', 'If-None-Match', 'Idempotency-Key'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: MAX_AGE_SECONDS,
  };
  const answer = cors<Request>(options);
  const pass = cors<Request>({ ...options, preflightContinue: true });
  return (request, response, next) => (isPreflight(request) ? answer : pass)(request, response, next);
}
