import { rmSync } from 'node:fs';
import { request } from 'node:http';
import { z } from 'zod';
import { listLiving, listSockets, type ControlSocket } from './control-folder';
import { protocol, type Answers, type Bodies, type CommandName } from './protocol';

const LIMIT_MS = 1_000;

interface AskOptions<C extends CommandName> {
  body?: Bodies[C];
  /** Default: one second. */
  timeoutMs?: number;
}

/** The options, which are required if the command needs a body. */
type Options<C extends CommandName> = Bodies[C] extends undefined
  ? [options?: AskOptions<C>]
  : [options: Required<Pick<AskOptions<C>, 'body'>> & AskOptions<C>];

/**
 * Sends a command to one process.
 * @throws Error with the message of the process, or with the reason why it did not answer as declared
 */
export function askProcess<C extends CommandName>(
  socket: ControlSocket,
  command: C,
  ...[{ body, timeoutMs = LIMIT_MS } = {}]: Options<C>
): Promise<Answers[C]> {
  const [method, path] = command.split(' ');
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const sent = request({ socketPath: socket.file, method, path, signal }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode !== 200) return reject(new Error(`${socket.name}: ${text}`));
        const { data, error } = protocol[command].answer.safeParse(JSON.parse(text));
        if (error) reject(new Error(`${socket.name}: unexpected answer. ${z.prettifyError(error)}`));
        else resolve(data);
      });
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // No process listens there any more: the socket is left from one that was killed.
      if (error.code === 'ECONNREFUSED') rmSync(socket.file, { force: true });
      reject(new Error(`${socket.name} (process ${socket.pid}) does not answer: ${error.message}`));
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Sends a command to each process in the folder; leaves out those that do not answer in time. */
export async function askAll<C extends CommandName>(
  folder: string,
  command: C,
  ...options: Options<C>
): Promise<(ControlSocket & { answer: Answers[C] })[]> {
  const asked = listSockets(folder).map((socket) =>
    askProcess(socket, command, ...options).then(
      (answer) => [{ ...socket, answer }],
      () => [],
    ),
  );
  return (await Promise.all(asked)).flat();
}

/** True if another process with this name serves. A reload runs two on one port, to which NGINX sends requests then. */
export async function isTwinServing(folder: string, name: string): Promise<boolean> {
  const twins = listLiving(folder).filter((other) => other.name === name && other.pid !== process.pid);
  const answers = twins.map((twin) =>
    askProcess(twin, 'GET /status').then(
      (status) => status.kind === 'api' && status.serving,
      () => false,
    ),
  );
  return (await Promise.all(answers)).includes(true);
}
