import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { ConnectOptions } from 'mongoose';

/** Part of the driver's connection. */
interface DriverConnection {
  socket: Socket;
  /** Closes it, and fails what waits for an answer. Does nothing if it is closed. */
  cleanup(error: Error): void;
  /** Calls `cleanup` with an error after which an operation is sent again. */
  onClose(): void;
}

type ConnectionClass = new (socket: Socket, options: object) => DriverConnection;

// The driver that mongoose uses. It does not export its connection.
const load = createRequire(require.resolve('mongoose'));
const { Connection } = load('mongodb/lib/cmap/connection.js') as { Connection: ConnectionClass };

/**
 * Ends whole, so that no command waits for ever for a `drain` that cannot come (mongodb 7.8 and 7.9): one that is written
 * between the end of its socket and the event `close`, or one that is only half written when its connection is closed.
 * When a primary died, a monitor that waited so never found the next one.
 */
class EndingConnection extends Connection {
  constructor(socket: Socket, options: object) {
    super(socket, options);
    socket.once('end', () => this.onClose());
  }

  override cleanup(error: Error): void {
    // Its event `error` ends the wait for `drain`.
    this.socket.destroy(error);
    super.cleanup(error);
  }
}

/** An option that the driver reads for each connection, those of its monitors too, and that its types leave out. */
export const ENDING_CONNECTIONS = { connectionType: EndingConnection } as ConnectOptions;
