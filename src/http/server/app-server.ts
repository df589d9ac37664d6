import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Express } from 'express';
import { timeLimits } from '../../config/time-limits';
import { answerClientError } from './client-error';
import type { Origins } from './cors';

/** More than NGINX lets through (16 kB) with what it adds: the worker never has to refuse that. */
const MAX_HEADER_BYTES = 20 * 1_024;

/**
 * Connections that the kernel completes before the event loop takes them; Linux takes no more (`somaxconn`). With Node's
 * 511 a moment of 2,000 new connections was a time-out for NGINX, which then took both workers for gone.
 */
const BACKLOG = 4_096;

/**
 * A server whose requests and responses are Express's from birth. Express gives each of Node's another prototype,
 * after which V8 knows neither's shape: that alone cost three times as much as the rest of a bare answer, and kept
 * the garbage collector busy (docs/benchmark.md). It changes nothing where they have that prototype already
 * (expressjs/express#5998).
 */
export function createAppServer({ corsOrigins = [] }: { corsOrigins?: Origins } = {}) {
  class AppRequest extends IncomingMessage {}
  class AppResponse extends ServerResponse<AppRequest> {}
  const server = createServer({
    IncomingMessage: AppRequest,
    ServerResponse: AppResponse,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  server.keepAliveTimeout = timeLimits.keepAliveMs;
  server.headersTimeout = timeLimits.keepAliveMs + 1_000;
  server.on('clientError', (error, socket) => answerClientError(error, socket, corsOrigins));
  return {
    server,
    serve(app: Express): void {
      app.request = adopt(AppRequest.prototype, app.request);
      app.response = adopt(AppResponse.prototype, app.response);
      // A worker that steps aside has broken the connection: NGINX asks another one.
      server.on('request', (request, response) => {
        if (!request.socket.destroyed) app(request, response);
      });
    },
    /** @throws where the port is taken */
    listenOn: (port: number, host: string): Promise<void> =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ port, host, backlog: BACKLOG }, () => {
          server.off('error', reject);
          resolve();
        });
      }),
  };
}

/** `own` with what Express adds behind it. */
function adopt<T extends object>(own: object, added: T): T {
  Object.setPrototypeOf(own, added);
  return own as T;
}
