import type { Server } from 'node:http';
import { hasSuccessor } from '../control/control-folder';
import type { Logger } from '../process/logger';

/** Between two tries while the process that this one replaces holds the port, and while another program does. */
const REPLACING_MS = 250;
const TAKEN_MS = 5_000;
const SLOWEST_REQUEST_MS = 10_000;
const KEEP_ALIVE_MS = 5_000;
const MOST_CONNECTIONS = 100;

interface OpenDoorOptions {
  port: number;
  internalHost: string;
  /** Folder of the control sockets, and name of this process: in a reload the one before it has the same. */
  runDir: string;
  name: string;
  /** A trial opens none, since the process that serves has the port. */
  isTrial: boolean;
  logger: Logger;
}

/**
 * Listens at the internal port, now or as soon as it is free; the process serves meanwhile. `exclusive`, since PM2's
 * daemon would otherwise open the port once for all workers.
 */
export function openDoor(
  server: Server,
  { port, internalHost: host, runDir, name, isTrial, logger }: OpenDoorOptions,
) {
  let isClosed = false;
  let hasWarned = false;
  let timer: NodeJS.Timeout | undefined;
  server.requestTimeout = SLOWEST_REQUEST_MS;
  server.headersTimeout = SLOWEST_REQUEST_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.maxConnections = MOST_CONNECTIONS;

  const listen = () => void server.listen({ port, host, exclusive: true });
  server.on('listening', () => {
    if (hasWarned) logger.info({ port }, 'The internal port is open');
    hasWarned = false;
  });
  server.on('error', (error) => {
    if (isClosed) return;
    const isExpected = hasSuccessor(runDir, name);
    if (!isExpected && !hasWarned) {
      hasWarned = true;
      const what =
        'The internal port (INTERNAL_PORT, INTERNAL_HOST) can not be opened; trying again every 5 s';
      logger.warn({ port, host, reason: error.message }, what);
    }
    timer = setTimeout(listen, isExpected ? REPLACING_MS : TAKEN_MS).unref();
  });
  if (!isTrial) listen();
  return {
    /** Gives the port up at once. What was asked is answered while the process still runs. */
    close(): void {
      if (isClosed) return;
      isClosed = true;
      clearTimeout(timer);
      server.close();
      server.closeIdleConnections();
    },
  };
}
