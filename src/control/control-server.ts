import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { z } from 'zod';
import { ensureControlFolder, socketFile } from './control-folder';
import { protocol, type CommandName, type ControlHandlers } from './protocol';

const MOST_BYTES = 10_000;

const isCommand = (text: string): text is CommandName => Object.hasOwn(protocol, text);

/**
 * Serves commands by HTTP with JSON on a unix socket that only this user can reach. A port would not work: in PM2's
 * cluster mode its daemon would hold one port for all workers. Errors of handlers are answered with their message.
 */
export async function serveControl(
  {
    folder,
    name,
    logger,
  }: { folder: string; name: string; logger: { warn: (fields: object, text: string) => void } },
  handlers: ControlHandlers,
) {
  ensureControlFolder(folder);
  const file = socketFile(folder, name);
  rmSync(file, { force: true });

  async function run<C extends CommandName>(command: C, json: unknown): Promise<unknown> {
    const { data, error } = protocol[command].body.safeParse(json);
    if (error) throw new Error(z.prettifyError(error));
    return handlers[command]?.(data);
  }

  async function answer(request: IncomingMessage): Promise<{ status: number; text: string }> {
    const command = `${request.method} ${request.url}`;
    if (!isCommand(command) || !handlers[command])
      return { status: 404, text: `Unknown command. Commands: ${Object.keys(handlers).join(', ')}` };
    try {
      const result = await run(command, await readJson(request));
      return { status: 200, text: JSON.stringify(result ?? {}) };
    } catch (error) {
      return { status: 400, text: error instanceof Error ? error.message : String(error) };
    }
  }

  const server = createServer((request, response) => {
    void answer(request).then(({ status, text }) => {
      response.writeHead(status, { connection: 'close' }).end(text);
    });
  });
  server.on('error', (error) => logger.warn({ reason: error.message }, 'The control socket failed'));
  // `exclusive`: this process listens, not PM2's daemon for it.
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
