import type { Answer, Connections, Request } from './connections';

interface ClosedLoop<T extends Request> {
  /** Number of clients; each sends its next request as soon as it has an answer, whatever it is. */
  clients: number;
  next: () => T;
  /** @param ms from sending the request to the end of the answer */
  onAnswer: (answer: Answer, request: T, ms: number) => void;
}

/** Sends requests as fast as answers come, until `stop`, which waits for the answers that are under way. */
export function startClosedLoop<T extends Request>(
  connections: Connections,
  { clients, next, onAnswer }: ClosedLoop<T>,
) {
  let isStopped = false;
  const client = () =>
    new Promise<void>((resolve) => {
      const send = () => {
        if (isStopped) return resolve();
        const request = next();
        const sentAt = performance.now();
        connections.send(request, (answer) => {
          onAnswer(answer, request, performance.now() - sentAt);
          send();
        });
      };
      send();
    });
  const ended = Promise.all(Array.from({ length: clients }, client));
  return {
    async stop(): Promise<void> {
      isStopped = true;
      await ended;
    },
  };
}

/** Returns the requests one after the other, over and over. */
export function inTurns<T>(requests: readonly T[]): () => T {
  let sent = 0;
  return () => requests[sent++ % requests.length]!;
}
