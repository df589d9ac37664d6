type Values = (string | null)[];
interface Waiting {
  keys: string[];
  resolve: (values: Values) => void;
  reject: (error: unknown) => void;
}

/** Most keys of one command, so that each blocks Redis for a few milliseconds at most. */
const MOST_KEYS = 100;

/** Sends the reads of one turn of the event loop as one command: under load most of a read's cost is the round trip. */
export function batchReads(send: (keys: string[]) => Promise<Values>) {
  let waiting: Waiting[] = [];
  let keyCount = 0;

  function flush(): void {
    const batch = waiting;
    waiting = [];
    keyCount = 0;
    if (batch.length === 0) return;
    send(batch.flatMap(({ keys }) => keys)).then(
      (values) => {
        let from = 0;
        for (const { keys, resolve } of batch) resolve(values.slice(from, (from += keys.length)));
      },
      (error: unknown) => batch.forEach(({ reject }) => reject(error)),
    );
  }

  return (keys: string[]): Promise<Values> =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ keys, resolve, reject });
      keyCount += keys.length;
      if (keyCount >= MOST_KEYS) flush();
    });
}
