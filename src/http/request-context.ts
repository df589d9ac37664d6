import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import { pinoHttp } from 'pino-http';
import type { Logger } from '../logger';

/** NGINX sends an id of its own and drops a client's. */
const ID = /^[\w-]{8,64}$/;

/** Gives the request its id, a logger that carries it, and a line in the log once it is answered. */
export function requestContext(logger: Logger, worker: string | undefined): RequestHandler[] {
  const log = pinoHttp({
    logger,
    genReqId: (request) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && ID.test(given) ? given : randomUUID();
    },
    customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'error' : 'info'),
    // Neither headers nor bodies: they hold tokens and passwords.
    serializers: {
      req: (request: { id: string; method: string; url: string }) => ({
        id: request.id,
        method: request.method,
        url: request.url,
      }),
      res: (response: { statusCode: number }) => ({ statusCode: response.statusCode }),
    },
  });
  return [
    log,
    (request, response, next) => {
      response.set('X-Request-Id', request.id as string);
      if (worker) response.set('X-Worker', worker);
      next();
    },
  ];
}
