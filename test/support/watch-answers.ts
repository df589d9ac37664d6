import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SeenAnswer } from './contract';

/** Passes each answer of an HTTP server in this process to `onAnswer` once it is written. */
export function watchAnswers(
  request: IncomingMessage,
  response: ServerResponse,
  onAnswer: (answer: SeenAnswer) => void,
): void {
  const chunks: Buffer[] = [];
  const keep = (chunk: unknown) => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk as string));
  };
  const write = response.write.bind(response) as (...args: unknown[]) => boolean;
  const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
  response.write = (...args: unknown[]) => (keep(args[0]), write(...args));
  response.end = (...args: unknown[]) => (keep(args[0]), end(...args));
  response.once('finish', () => {
    const type = response.getHeader('content-type') as string | undefined;
    const text = Buffer.concat(chunks).toString('utf8');
    onAnswer({
      method: request.method!,
      // Not by URL: it takes a path that begins with `//` for a host.
      path: request.url!.split(/[?#]/, 1)[0]!,
      status: response.statusCode,
      type,
      body: type?.includes('json') && text ? JSON.parse(text) : text,
    });
  });
}
