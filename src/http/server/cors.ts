import cors from 'cors';
import type { Request, RequestHandler } from 'express';
import { EXPOSED_HEADERS } from '../routing/headers';

/** Chrome keeps what a preflight said for at most two hours. */
export const MAX_AGE_SECONDS = 7_200;

/** NGINX answers preflights with the same lists; see nginx.conf.template. */
export const ALLOWED_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
export const ALLOWED_HEADERS = [
  'Authorization',
  'Content-Type',
  'If-Match',
  'If-None-Match',
  'Idempotency-Key',
  // What tracers in a browser send along (W3C Trace Context, W3C Baggage).
  'traceparent',
  'tracestate',
  'baggage',
];

/** `*`, or the origins that are named. */
export type Origins = string[] | '*';

/** A plain OPTIONS asks what a path serves; that is the router's to answer. */
const isPreflight = ({ method, headers }: Request) =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;

/**
 * Which pages of other origins may use the API. No credentials: a token is sent by the page itself, so there
 * is nothing that a stranger's page could use in a person's name.
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

/** The same for an answer to what is no request yet: lines of its head. @param sent what came, as far as it is known */
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

/** A line of a head; no origin is longer than a host's name and a port. */
const ORIGIN = /^origin:[ \t]?([^\s]{1,300})\r$/im;
