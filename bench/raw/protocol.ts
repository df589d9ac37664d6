/** An answer of the API as a raw server repeats it: the same bytes, and the headers that clients need. */
export interface RawAnswer {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** What a raw server is told, once. */
export interface RawOrder {
  port: number;
  answers: RawAnswer[];
}

/** It says when it listens, and ends with the bench that started it. */
export function onOrder(serve: (order: RawOrder, onListening: () => void) => void): void {
  process.on('disconnect', () => process.exit());
  // Ctrl-C is for the bench, which then ends it.
  process.on('SIGINT', () => {});
  process.once('message', (order: RawOrder) => serve(order, () => process.send?.('listening')));
}
