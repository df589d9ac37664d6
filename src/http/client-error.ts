import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { PROBLEMS } from '../problems';

const REQUEST_ID = /^x-request-id: ([\w-]{8,64})\r$/im;

/** What Node itself refuses before there is a request (RFC 9112, 2.2): a problem like all others. */
export function answerClientError(
  error: NodeJS.ErrnoException & { rawPacket?: Buffer },
  socket: Duplex,
): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const [problem, detail] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ([
          'headers-too-large',
          'The headers together are larger than the 16 kB that are taken here.',
        ] as const)
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? (['request-timeout', 'The request took too long to arrive.'] as const)
        : error.code === 'HPE_INVALID_URL'
          ? (['invalid-request', 'The address is malformed: percent-encode it as UTF-8.'] as const)
          : (['invalid-request', 'The request is malformed.'] as const);
  // There is no request to ask, but NGINX has put its id in front.
  const requestId = REQUEST_ID.exec(error.rawPacket?.toString('latin1') ?? '')?.[1] ?? randomUUID();
  const { status, title } = PROBLEMS[problem];
  const body = JSON.stringify({ type: `/problems/${problem}`, title, status, detail, requestId });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nX-Request-Id: ${requestId}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
