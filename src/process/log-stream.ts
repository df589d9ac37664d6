/** Bounds of what waits to be written, which a killed process loses of its access log. */
const MOST_CHARACTERS = 64_000;
const LONGEST_MS = 100;
/** pino's `warn`: lines of this level or above are written at once. */
const URGENT = 40;

/**
 * Joins pino's lines into one write every 100 ms, since under PM2 each write is a message to its daemon. It writes to
 * process.stdout, which PM2 replaces: `pm2 logs` does not show what goes to the file descriptor.
 */
export function createLogStream(write: (text: string) => void) {
  let lines = '';
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (lines === '') return;
    const text = lines;
    lines = '';
    write(text);
  }

  return {
    // Makes pino set lastLevel before each write.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line: string): void {
      lines += line;
      if (this.lastLevel >= URGENT || lines.length >= MOST_CHARACTERS) return flush();
      timer ??= setTimeout(flush, LONGEST_MS).unref();
    },
    flush,
  };
}
