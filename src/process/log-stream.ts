/** How much may wait to be written, and how long: what a killed process can lose of its access log. */
const MOST_CHARACTERS = 64_000;
const LONGEST_MS = 100;
/** pino's `warn`: from there on nothing waits. */
const URGENT = 40;

/**
 * Where pino writes to. Under PM2 each write is a message to its daemon, so lines are joined: one write every
 * 100 ms. By process.stdout, which PM2 replaces: `pm2 logs` wouldn't show what goes to the file descriptor.
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
    // pino then sets lastLevel before each write.
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
