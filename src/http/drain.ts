import { Server as NetServer } from 'node:net';
import type { Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

interface DrainOptions {
  /** How long connections are still taken and idle ones kept: NGINX must have let go of them by then. */
  windowMs: number;
  /** When requests under way are given up. */
  deadlineMs: number;
  /** Sees to it that no new connections come, instead of the first half of the window. */
  leave?: () => Promise<void>;
}

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
  const open = new Set<ServerResponse>();
  let draining = false;
  let lastRequestAt = performance.now();
  let underWay = Promise.resolve();
  server.prependListener('request', (_request, response: ServerResponse) => {
    open.add(response);
    lastRequestAt = performance.now();
    response.once('close', () => open.delete(response));
    if (draining) response.setHeader('Connection', 'close');
  });

  /** One after the other: what was told last holds in the end. */
  const inTurn = (step: () => Promise<void>): Promise<void> => {
    underWay = underWay.then(step, step);
    return underWay;
  };

  async function letGo({ windowMs, deadlineMs, leave }: DrainOptions): Promise<void> {
    draining = true;
    longAnswers?.end();
    const giveUp = Date.now() + deadlineMs;
    for (const response of open) if (!response.headersSent) response.setHeader('Connection', 'close');
    if (server.listening) {
      await (leave ? leave() : sleep(windowMs / 2));
      // Stops accepting, and leaves the idle connections alone as http.Server's own close doesn't.
      NetServer.prototype.close.call(server);
      await sleep(windowMs / 2);
    }
    while (open.size > 0 && Date.now() < giveUp) await sleep(20);
    server.closeIdleConnections();
    await sleep(50);
    server.closeAllConnections();
  }

  return {
    /** Resolves once nothing is under way any more: new connections are refused, so NGINX asks the others. */
    drain: (options: DrainOptions): Promise<void> => inTurn(() => letGo(options)),

    /** Listens again, by `listen`, after a drain. */
    resume: (listen: () => Promise<void>): Promise<void> =>
      inTurn(async () => {
        if (!server.listening) await listen();
        draining = false;
        longAnswers?.open();
      }),

    isDraining: (): boolean => draining,
    isListening: (): boolean => server.listening,
    /** By performance.now(). */
    lastRequestAt: (): number => lastRequestAt,
    /** Requests under way. */
    inFlight: (): number => open.size,
  };
}
