import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { PROBLEMS } from '../../problems/catalogue';
import { corsLines, type Origins } from './cors';

const REQUEST_ID = /^x-request-id: ([\w-]{8,64})\r$/im;

/** A head is longer only if it is refused for that; what is looked for stands near its beginning. */
const LOOKED_AT = 32_768;

/** How long the rest of a refused request is read and thrown away. */
const LINGER_MS = 2_000;
const answered = new WeakSet<Duplex>();

/** What Node itself refuses before there is a request (RFC 9112, 2.2): a problem like all others. */
export function answerClientError(
  error: NodeJS.ErrnoException & { rawPacket?: Buffer },
  socket: Duplex,
  origins: Origins,
): void {
  // Node reports each further piece of the request as an error, and has read it by then. A socket that is destroyed
  // while pieces come is reset, and NGINX, which is still sending, loses the answer and takes the worker out of rotation.
  if (answered.has(socket)) return;
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  answered.add(socket);
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
  const [problem, detail] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ([
          'headers-too-large',
          'The headers together are larger than the 20 kB that are taken here.',
        ] as const)
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? (['request-timeout', 'The request took too long to arrive.'] as const)
        : error.code === 'HPE_INVALID_URL'
          ? (['invalid-request', 'The address is malformed: percent-encode it as UTF-8.'] as const)
          : (['invalid-request', 'The request is malformed.'] as const);
  // There is no request to ask, but NGINX has put its id in front.
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
