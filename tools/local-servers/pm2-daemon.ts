import path from 'node:path';
import { messageOf } from '../../src/lib/error-code';

interface Connection {
  connect(file: string): void;
  close(): void;
  once(event: 'socket error' | 'reconnect attempt', listener: (error?: Error) => void): void;
}

/** News of PM2's bus about one process. */
interface News {
  data: string;
  event: string;
  process: { pm_id: number };
}

export interface Bus {
  connect(file: string): void;
  close(): void;
  on(name: 'log:err' | 'log:out' | 'process:event', listener: (news: News) => void): void;
}

/** What PM2's own command uses; it has no types and no address that PM2 promises to keep, so PM2's version is fixed. */
const load = <T>(file: string): T => require(file) as T; // eslint-disable-line @typescript-eslint/no-require-imports
const axon = load<{ socket(kind: 'req' | 'sub-emitter'): Connection & Bus }>('pm2/modules/pm2-axon');
const rpc = load<{
  Client: new (connection: Connection) => {
    call(method: string, argument: unknown, callback: (error: unknown, answer: unknown) => void): void;
  };
}>('pm2/modules/pm2-axon-rpc');

/**
 * Asks the daemon, which must run, at its socket. The command `pm2` takes half a second of CPU time for the same answer.
 *
 * @param home folder of the daemon @param method of PM2's daemon @param options timeoutMs: milliseconds
 */
export async function askDaemon<T>(
  home: string,
  method: string,
  argument: unknown,
  { timeoutMs }: { timeoutMs: number },
): Promise<T> {
  const connection = axon.socket('req');
  let limit: NodeJS.Timeout | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      const late = () => reject(new Error(`PM2's daemon did not answer within ${timeoutMs / 1_000} s`));
      limit = setTimeout(late, timeoutMs);
      // It would connect again and again, and never send the question a second time.
      connection.once('socket error', (error) => reject(error!));
      connection.once('reconnect attempt', () => reject(new Error("PM2's daemon ended meanwhile")));
      connection.connect(path.join(home, 'rpc.sock'));
      new rpc.Client(connection).call(method, argument, (error, answer) =>
        error ? reject(new Error(messageOf(error))) : resolve(answer as T),
      );
    });
  } finally {
    clearTimeout(limit);
    connection.close();
  }
}

/** Opens the bus on which the daemon reports what its processes print and do. Close it. */
export function openBus(home: string): Bus {
  const bus = axon.socket('sub-emitter');
  bus.connect(path.join(home, 'pub.sock'));
  return bus;
}
