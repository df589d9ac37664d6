import { rmSync } from 'node:fs';
import { request } from 'node:http';
import { listSockets, type ControlSocket } from './control-folder';

const LIMIT_MS = 1_000;

/**
 * Asks one process by its socket.
 * @throws Error with what it said, or why it could not be asked
 */
export function askProcess<T>(
  socket: ControlSocket,
  method: 'GET' | 'POST',
  path: string,
  { body, timeoutMs = LIMIT_MS }: { body?: unknown; timeoutMs?: number } = {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const sent = request({ socketPath: socket.file, method, path, signal }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        const answer = JSON.parse(text) as T & { error?: string };
        if (response.statusCode === 200) resolve(answer);
        else reject(new Error(`${socket.name}: ${answer.error}`));
      });
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // Nobody listens any more: a process that was killed left it.
      if (error.code === 'ECONNREFUSED') rmSync(socket.file, { force: true });
      reject(new Error(`${socket.name} (process ${socket.pid}) does not answer: ${error.message}`));
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** What each process in the folder answers; those that don't within the time are left out. */
export async function askAll<T>(
  folder: string,
  path: string,
  timeoutMs = LIMIT_MS,
): Promise<(ControlSocket & { answer: T })[]> {
  const asked = listSockets(folder).map(async (socket) => {
    const answer = await askProcess<T>(socket, 'GET', path, { timeoutMs }).catch(() => undefined);
    return answer === undefined ? [] : [{ ...socket, answer }];
  });
  return (await Promise.all(asked)).flat();
}
