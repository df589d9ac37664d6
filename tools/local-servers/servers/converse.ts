import net from 'node:net';

/** Sends a message to a local port and returns the answer as latin1 text. */
export function converse(
  port: number,
  message: string,
  isComplete: (answer: string) => boolean,
  timeoutMs = 1_000,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = net.connect(port, '127.0.0.1', () => socket.write(message, 'latin1'));
    const end = (error?: Error) => {
      socket.destroy();
      if (error) reject(error);
      else resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => end(new Error('no answer')));
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      answer += chunk;
      if (isComplete(answer)) end();
    });
    socket.on('error', end).on('close', () => end());
  });
}

/** @returns once a connection is taken */
export function reach(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, host, () => resolve(void socket.destroy()));
    socket.setTimeout(3_000, () => socket.destroy(new Error(`no answer from ${host}:${port}`)));
    socket.on('error', reject);
  });
}
