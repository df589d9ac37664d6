/** An answer of the API that a raw server repeats: the same bytes, and the headers that clients need. */
export interface RawAnswer {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** The only message that a raw server receives. */
export interface RawOrder {
  port: number;
  answers: RawAnswer[];
}

/** Serves the order, reports when the server listens, and ends with the bench that started it. */
export function onOrder(serve: (order: RawOrder, onListening: () => void) => void): void {
  process.on('disconnect', () => process.exit());
  // Ctrl-C reaches the bench as well, which then ends this process.
  process.on('SIGINT', () => {});
  process.once('message', (order: RawOrder) => serve(order, () => process.send?.('listening')));
}
