import { once } from 'node:events';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type RawClient = Awaited<ReturnType<typeof connectRaw>>;

/** Connects a client that controls its socket: when it sends, when it reads, and how the connection ended. */
export async function connectRaw(port: number) {
  const socket = createConnection(port, '127.0.0.1');
  await once(socket, 'connect');
  const received: Buffer[] = [];
  let end: 'open' | 'end' | 'reset' = 'open';
  socket.on('data', (chunk) => received.push(chunk));
  socket.on('end', () => (end = 'end'));
  socket.on('error', () => (end = 'reset'));
  const text = () => Buffer.concat(received).toString('latin1');
  const head = (line: string, headers: Record<string, string>) =>
    `${line} HTTP/1.1\r\nHost: localhost\r\n${Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`;

  return {
    socket,
    text,
    statuses: () => text().match(/(?<=HTTP\/1\.1 )\d+/g) ?? [],
    howItEnded: () => end,
    ask: (line: string, headers: Record<string, string> = {}) => socket.write(head(line, headers)),
    /** Sends the body in pieces, the last piece once `last` has settled. */
    async upload(line: string, headers: Record<string, string>, body: Buffer, last: Promise<unknown>) {
      socket.write(head(line, { ...headers, 'Content-Length': String(body.length) }));
      let isLast = false;
      void last.finally(() => (isLast = true));
      // Slowly enough for the tests: the last piece holds all the rest.
      for (let at = 0; ; at += 10) {
        if (isLast || at + 10 >= body.length) {
          await last;
          return void socket.write(body.subarray(at));
        }
        socket.write(body.subarray(at, at + 10));
        await sleep(100);
      }
    },
  };
}

/** Sends these bytes unchanged, and returns what the server answers until it, or this client after `leaveMs`, leaves. */
export function sendRaw(port: number, bytes: string | Buffer, leaveMs = 30_000): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1', () => socket.write(bytes));
    const chunks: Buffer[] = [];
    const end = () => resolve(Buffer.concat(chunks).toString('latin1'));
    socket.on('data', (chunk) => chunks.push(chunk)).once('error', end);
    socket.once('close', end).setTimeout(leaveMs, () => socket.destroy());
  });
}
