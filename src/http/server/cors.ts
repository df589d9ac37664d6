import cors from 'cors';
import type { Request, RequestHandler } from 'express';
import { EXPOSED_HEADERS } from '../routing/headers';

/** Chrome caches a preflight for at most two hours. */
export const MAX_AGE_SECONDS = 7_200;

/** NGINX answers preflights with the same lists; see nginx.conf.template. */
export const ALLOWED_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
export const ALLOWED_HEADERS = [
  'Authorization',
  'Content-Type',
  'If-Match',
  'If-None-Match',
  'Idempotency-Key',
  // Sent by tracers in browsers (W3C Trace Context, W3C Baggage).
  'traceparent',
  'tracestate',
  'baggage',
];

/** `*` for any origin, or a list of them. */
export type Origins = string[] | '*';

/** A plain OPTIONS request, which asks for the methods of a path, is left to the router. */
const isPreflight = ({ method, headers }: Request) =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;

/**
 * Allows pages of other origins to use the API, without credentials: a page sends its token itself, so a foreign page
 * has nothing with which to act for a user.
 */
export function allowOrigins(origins: Origins): RequestHandler {
  const options = {
    origin: origins,
    methods: ALLOWED_METHODS,
    allowedHeaders: ALLOWED_HEADERS,
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: MAX_AGE_SECONDS,
  };
  const answer = cors<Request>(options);
  const pass = cors<Request>({ ...options, preflightContinue: true });
  return (request, response, next) => (isPreflight(request) ? answer : pass)(request, response, next);
}

/** Returns the CORS header lines for a request that Node could not parse. @param sent its bytes so far */
export function corsLines(origins: Origins, sent: string): string {
  if (origins.length === 0) return '';
  const origin = ORIGIN.exec(sent)?.[1];
  const allowed = origins === '*' ? '*' : origins.find((one) => one === origin);
  return [
    ...(origins === '*' ? [] : ['Vary: Origin\r\n']),
    ...(allowed === undefined ? [] : [`Access-Control-Allow-Origin: ${allowed}\r\n`]),
    ...(allowed === undefined ? [] : [`Access-Control-Expose-Headers: ${EXPOSED_HEADERS.join(',')}\r\n`]),
  ].join('');
}

/** Matches the Origin header line; no origin is longer than a host name and a port. */
const ORIGIN = /^origin:[ \t]?([^\s]{1,300})\r$/im;
