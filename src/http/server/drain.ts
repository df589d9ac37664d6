import { Server as NetServer, type Socket } from 'node:net';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

interface DrainOptions {
  /** How long connections are still taken and idle ones kept: NGINX must have let go of them by then. */
  windowMs: number;
  /** When requests under way are given up, from when no connection is taken any more. */
  deadlineMs: number;
  /** Sees to it that no new connections come, instead of the first half of the window. */
  leave?: () => Promise<void>;
  /**
   * Cuts off reads that are not answered yet, for a worker that would take long: NGINX asks the next worker for them,
   * and counts three of these as it counts three failures, so it passes this worker over.
   */
  handsOver?: boolean;
}

/** What NGINX asks another worker for if this one breaks the connection, and a client is not asked to repeat. */
const isRead = (method = ''): boolean => method === 'GET' || method === 'HEAD';

/** What ends at once when a drain begins, and may begin again after it. */
interface LongAnswers {
  end: () => void;
  open: () => void;
}

export type Drain = ReturnType<typeof createDrain>;

/**
 * Ends an HTTP server without losing a request, or takes it out for a while. `server.close()` alone destroys
 * idle keep-alive sockets on which a request may be on its way, and never tells busy ones to close
 * (nodejs/node#51677, #60617).
 */
export function createDrain(server: Server, longAnswers?: LongAnswers) {
  // By connection, of which there are few: a set of responses, each added and taken out again, keeps all of them from
  // being collected as young (docs/benchmark.md).
  const connections = new Map<Socket, { newest?: ServerResponse; isRead?: boolean; open: number }>();
  let inFlight = 0;
  let draining = false;
  let handingOver = false;
  let takenBack = false;
  let lastRequestAt = performance.now();
  let underWay = Promise.resolve();
  server.on('connection', (socket: Socket) => {
    const connection = { open: 0 };
    connections.set(socket, connection);
    socket.once('close', () => {
      connections.delete(socket);
      // Of pipelined requests only the one whose turn it was is told.
      inFlight -= connection.open;
      connection.open = 0;
    });
  });
  server.prependListener('request', ({ socket, method }: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(socket);
    lastRequestAt = performance.now();
    if (draining) response.setHeader('Connection', 'close');
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

  /** One after the other: what was told last holds in the end. */
  const inTurn = (step: () => Promise<void>): Promise<void> => {
    underWay = underWay.then(step, step);
    return underWay;
  };

  async function letGo({ windowMs, deadlineMs, leave, handsOver = false }: DrainOptions): Promise<void> {
    draining = true;
    handingOver = handsOver;
    longAnswers?.end();
    for (const [socket, { newest, isRead }] of connections) {
      if (!newest || newest.headersSent) continue;
      newest.setHeader('Connection', 'close');
      if (handingOver && isRead) socket.destroy();
    }
    if (server.listening) {
      await (leave ? leave() : sleep(windowMs / 2));
      // Stops accepting, and leaves the idle connections alone as http.Server's own close doesn't.
      NetServer.prototype.close.call(server);
      await sleep(windowMs / 2);
    }
    const giveUp = Date.now() + deadlineMs;
    // What takes it back may be a request to this very worker, and mustn't wait for itself.
    while (inFlight > 0 && Date.now() < giveUp && !takenBack) await sleep(20);
    if (takenBack) return;
    server.closeIdleConnections();
    await sleep(50);
    server.closeAllConnections();
  }

  return {
    /** Resolves once nothing is under way any more: new connections are refused, so NGINX asks the others. */
    drain(options: DrainOptions): Promise<void> {
      takenBack = false;
      return inTurn(() => letGo(options));
    },

    /** Listens again, by `listen`, after a drain. */
    resume(listen: () => Promise<void>): Promise<void> {
      takenBack = true;
      return inTurn(async () => {
        if (!server.listening) await listen();
        draining = false;
        handingOver = false;
        longAnswers?.open();
      });
    },

    isDraining: (): boolean => draining,
    isListening: (): boolean => server.listening,
    /** By performance.now(). */
    lastRequestAt: (): number => lastRequestAt,
    /** Requests under way. */
    inFlight: (): number => inFlight,
  };
}
