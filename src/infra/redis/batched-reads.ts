type Values = (string | null)[];
interface Waiting {
  keys: string[];
  resolve: (values: Values) => void;
  reject: (error: unknown) => void;
}
interface Batch<Of> {
  of: Of;
  waiting: Waiting[];
  keyCount: number;
}

/** Most keys of one command, so that each blocks Redis for a few milliseconds at most. */
const MOST_KEYS = 100;

/**
 * Sends the reads of one turn of the event loop as one command: under load most of a read's cost is the round trip.
 *
 * @param send gets what the reads are of, too; reads of different ones are not sent together
 */
export function batchReads<Of>(send: (keys: string[], of: Of) => Promise<Values>) {
  let batch: Batch<Of> | undefined;

  function flush(): void {
    if (!batch) return;
    const { of, waiting } = batch;
    batch = undefined;
    send(
      waiting.flatMap(({ keys }) => keys),
      of,
    ).then(
      (values) => {
        let from = 0;
        for (const { keys, resolve } of waiting) resolve(values.slice(from, (from += keys.length)));
      },
      (error: unknown) => waiting.forEach(({ reject }) => reject(error)),
    );
  }

  return (keys: string[], of: Of): Promise<Values> =>
    new Promise((resolve, reject) => {
      if (batch && batch.of !== of) flush();
      if (!batch) {
        batch = { of, waiting: [], keyCount: 0 };
        setImmediate(flush);
      }
      batch.waiting.push({ keys, resolve, reject });
      batch.keyCount += keys.length;
      if (batch.keyCount >= MOST_KEYS) flush();
    });
}
