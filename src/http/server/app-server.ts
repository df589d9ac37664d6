import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Express } from 'express';
import { timeLimits } from '../../config/time-limits';
import { answerClientError } from './client-error';
import type { Origins } from './cors';

/** Above NGINX's limit (16 kB) plus the headers that NGINX adds, so the worker never refuses what NGINX passes on. */
const MAX_HEADER_BYTES = 20 * 1_024;

/**
 * Connections that the kernel completes before the event loop accepts them (Linux caps it at `somaxconn`). With Node's
 * default of 511, a burst of 2,000 new connections timed out in NGINX, which then took both workers out of rotation.
 */
const BACKLOG = 4_096;

/**
 * How often Node.js looks for connections whose time is up. Its default of 30 s let a hundred silent connections keep
 * probes away from an internal port for 40 s.
 */
const CHECK_MS = 2_000;

/**
 * Creates an HTTP server whose requests and responses have Express's prototypes from the start. Otherwise Express
 * replaces the prototype of each, which defeats V8's inline caches (expressjs/express#5998): that cost three times as
 * much as the rest of a bare answer, and kept the garbage collector busy (docs/benchmark.md).
 */
export function createAppServer({ corsOrigins = [] }: { corsOrigins?: Origins } = {}) {
  class AppRequest extends IncomingMessage {}
  class AppResponse extends ServerResponse<AppRequest> {}
  const server = createServer({
    IncomingMessage: AppRequest,
    ServerResponse: AppResponse,
    maxHeaderSize: MAX_HEADER_BYTES,
    connectionsCheckingInterval: CHECK_MS,
  });
  server.keepAliveTimeout = timeLimits.keepAliveMs;
  server.headersTimeout = timeLimits.keepAliveMs + 1_000;
  server.on('clientError', (error, socket) => answerClientError(error, socket, corsOrigins));
  return {
    server,
    serve(app: Express): void {
      app.request = adopt(AppRequest.prototype, app.request);
      app.response = adopt(AppResponse.prototype, app.response);
      // A worker that steps aside has closed the connection: NGINX sends the request to another one.
      server.on('request', (request, response) => {
        if (!request.socket.destroyed) app(request, response);
      });
    },
    /** @throws if the port is taken */
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

function adopt<T extends object>(own: object, added: T): T {
  Object.setPrototypeOf(own, added);
  return own as T;
}
