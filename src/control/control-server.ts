import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { Logger } from '../process/logger';
import { ensureControlFolder, socketFile } from './control-folder';

/** By method and path, such as `POST /drain`; what is thrown is answered with its message. */
export type ControlHandlers = Record<string, (body: unknown) => unknown>;

const MOST_BYTES = 10_000;

/**
 * HTTP with JSON over a unix socket that only this user can reach: what a process tells of itself and can be
 * told to do. A port wouldn't do: under PM2's cluster mode its daemon would hold it for all workers alike.
 */
export async function serveControl(
  { folder, name, logger }: { folder: string; name: string; logger: Logger },
  handlers: ControlHandlers,
) {
  ensureControlFolder(folder);
  const file = socketFile(folder, name);
  rmSync(file, { force: true });

  async function answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const handler = handlers[`${request.method} ${request.url}`];
    if (!handler) return { status: 404, body: { error: `There is ${Object.keys(handlers).join(', ')}.` } };
    try {
      return { status: 200, body: await handler(await readJson(request)) };
    } catch (error) {
      return { status: 400, body: { error: (error as Error).message } };
    }
  }

  const server = createServer((request, response) => {
    void answer(request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      response.end(JSON.stringify(body ?? {}));
    });
  });
  server.on('error', (error) => logger.warn({ reason: error.message }, 'The control socket failed'));
  // `exclusive`: this process listens itself, not PM2's daemon for it.
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path: file, exclusive: true }, resolve);
  });
  server.unref();
  return {
    close(): void {
      server.close();
      server.closeAllConnections();
      rmSync(file, { force: true });
    },
  };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MOST_BYTES) throw new Error('The body is too long.');
  }
  return text === '' ? undefined : JSON.parse(text);
}
