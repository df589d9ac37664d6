import { Server as NetServer, type Socket } from 'node:net';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConflictError } from '../../problems/errors';

interface DrainOptions {
  /** Time for which everything is served as before; only readiness probes learn of the drain. Default: 0. */
  serveMs?: number;
  /** Time for which connections are accepted and idle ones kept; NGINX must have closed them by then. */
  windowMs: number;
  /** Time after which open requests are cut off, counted from the end of accepting connections. */
  deadlineMs: number;
  /** Stops new connections from arriving; replaces the first half of the window. */
  leave?: () => Promise<void>;
  /**
   * Cuts off unanswered reads, for a worker that would take long: NGINX sends them to the next worker, and passes this
   * one over after three of them, which it counts as failures.
   */
  handsOver?: boolean;
  /** The process ends afterwards, so nothing resumes it. */
  forGood?: boolean;
}

/** True for requests that NGINX repeats at another worker if this one closes the connection. */
const isRead = (method = ''): boolean => method === 'GET' || method === 'HEAD';

/** Long answers (streams), which end as soon as a drain begins and are allowed again after it. */
interface LongAnswers {
  end: () => void;
  open: () => void;
}

const POLL_MS = 20;

export type Drain = ReturnType<typeof createDrain>;

/**
 * Stops an HTTP server, for good or for a while, without losing a request. `server.close()` alone destroys idle
 * keep-alive sockets on which a request may be on its way, and sends no `Connection: close` on busy ones
 * (nodejs/node#51677, #60617).
 */
export function createDrain(server: Server, longAnswers?: LongAnswers) {
  // Keyed by connection, of which there are few: adding and removing every response would keep all of them from being
  // collected in the young generation (docs/benchmark.md).
  const connections = new Map<Socket, { newest?: ServerResponse; isRead?: boolean; open: number }>();
  let inFlight = 0;
  let draining = false;
  /** True once the connections close, after `serveMs`. */
  let closing = false;
  let handingOver = false;
  let takenBack = false;
  let isLast = false;
  let lastRequestAt = performance.now();
  let underWay = Promise.resolve();
  server.on('connection', (socket: Socket) => {
    const connection = { open: 0 };
    connections.set(socket, connection);
    socket.once('close', () => {
      connections.delete(socket);
      // Only the current one of several pipelined requests gets a `close` event.
      inFlight -= connection.open;
      connection.open = 0;
    });
  });
  server.prependListener('request', ({ socket, method }: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(socket);
    lastRequestAt = performance.now();
    if (closing) response.setHeader('Connection', 'close');
    if (!connection) return;
    connection.newest = response;
    connection.isRead = isRead(method);
    connection.open += 1;
    inFlight += 1;
    response.once('close', () => {
      if (connection.newest === response) connection.newest = undefined;
      if (connection.open === 0) return;
      connection.open -= 1;
      inFlight -= 1;
    });
    if (handingOver && connection.isRead) socket.destroy();
  });

  /** Runs steps one after the other, so that the last call decides the final state. */
  const inTurn = (step: () => Promise<void>): Promise<void> => {
    underWay = underWay.then(step, step);
    return underWay;
  };

  async function letGo(options: DrainOptions): Promise<void> {
    const { serveMs = 0, windowMs, deadlineMs, leave, handsOver = false } = options;
    draining = true;
    const closeAt = performance.now() + (server.listening ? serveMs : 0);
    while (performance.now() < closeAt && !takenBack) await sleep(POLL_MS);
    if (takenBack) return;
    closing = true;
    handingOver = handsOver;
    longAnswers?.end();
    for (const [socket, { newest, isRead }] of connections) {
      if (!newest || newest.headersSent) continue;
      newest.setHeader('Connection', 'close');
      if (handingOver && isRead) socket.destroy();
    }
    if (server.listening) {
      await (leave ? leave() : sleep(windowMs / 2));
      // Stops accepting; unlike http.Server's own close, it keeps idle connections open.
      NetServer.prototype.close.call(server);
      await sleep(windowMs / 2);
    }
    const giveUp = Date.now() + deadlineMs;
    // The request that resumes serving may be one to this worker, which must not wait for itself.
    while (inFlight > 0 && Date.now() < giveUp && !takenBack) await sleep(POLL_MS);
    if (takenBack) return;
    server.closeIdleConnections();
    await sleep(50);
    server.closeAllConnections();
  }

  return {
    /** Resolves once no request is open. New connections are refused, so NGINX sends requests to the others. */
    drain(options: DrainOptions): Promise<void> {
      takenBack = false;
      isLast ||= options.forGood === true;
      return inTurn(() => letGo(options));
    },

    /**
     * Listens again after a drain, by calling `listen`.
     * @throws ConflictError if the process stops: it would end under the requests that it takes
     */
    async resume(listen: () => Promise<void>): Promise<void> {
      if (isLast) throw new ConflictError('This worker stops, so it takes no more requests.');
      takenBack = true;
      return inTurn(async () => {
        if (!server.listening) await listen();
        draining = false;
        closing = false;
        handingOver = false;
        longAnswers?.open();
      });
    },

    isDraining: (): boolean => draining,
    isListening: (): boolean => server.listening,
    /** Time of the last request, by performance.now(). */
    lastRequestAt: (): number => lastRequestAt,
    inFlight: (): number => inFlight,
  };
}
