import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { PROBLEMS } from '../../problems/catalogue';
import { corsLines, type Origins } from './cors';

const REQUEST_ID = /^x-request-id: ([\w-]{8,64})\r$/im;

/** Bytes of a request head that are searched. A longer head is refused, and its request id stands near the start. */
const LOOKED_AT = 32_768;

/** Time for which the rest of a refused request is read and discarded. */
const LINGER_MS = 2_000;
const answered = new WeakSet<Duplex>();

/** Answers requests that Node refuses before Express sees them (RFC 9112, 2.2) with a problem like all others. */
export function answerClientError(
  error: NodeJS.ErrnoException & { rawPacket?: Buffer },
  socket: Duplex,
  origins: Origins,
): void {
  // Node reports each further chunk of the request as another error. Destroying the socket while chunks arrive resets
  // it: NGINX, which is still sending, would lose the answer and take the worker out of rotation.
  if (answered.has(socket)) return;
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  answered.add(socket);
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
  const [problem, detail] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? (['headers-too-large', 'The headers together exceed 20 kB.'] as const)
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? (['request-timeout', 'The request took too long to arrive.'] as const)
        : error.code === 'HPE_INVALID_URL'
          ? (['invalid-request', 'The URL is malformed: percent-encode it as UTF-8.'] as const)
          : (['invalid-request', 'The request is malformed.'] as const);
  // Node has parsed no headers, but NGINX put its request id near the start.
  const sent = error.rawPacket?.toString('latin1', 0, LOOKED_AT) ?? '';
  const requestId = REQUEST_ID.exec(sent)?.[1] ?? randomUUID();
  const { status, title } = PROBLEMS[problem];
  const body = JSON.stringify({ type: `/problems/${problem}`, title, status, detail, requestId });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nX-Request-Id: ${requestId}\r\n` +
      corsLines(origins, sent) +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
