import os from 'node:os';
import pino from 'pino';
import { shortened } from '../lib/shortened';

/** Bounds of what waits to be written, which a killed process loses of its access log. */
const MOST_CHARACTERS = 64_000;
const LONGEST_MS = 100;
/** How long lines wait at most for the end of the write before them. */
const PATIENCE_MS = 1_000;
/** pino's `warn`: lines of this level or above are written at once. */
const URGENT = 40;

/**
 * Joins pino's lines into one write every 100 ms, since under PM2 each write is a message to its daemon. It writes to
 * process.stdout, which PM2 replaces: `pm2 logs` does not show what goes to the file descriptor. Only one write is under
 * way at a time: when PM2 opens its log anew, it drops what waits behind that write.
 */
export function createLogStream(write: (text: string, done: () => void) => void) {
  let lines = '';
  let timer: NodeJS.Timeout | undefined;
  /** Set while a write is under way. */
  let patience: NodeJS.Timeout | undefined;
  /** True if lines wait for nothing but the write before them. */
  let isDue = false;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    isDue = false;
    if (lines === '') return;
    const text = lines;
    lines = '';
    clearTimeout(patience);
    const mine = setTimeout(ended, PATIENCE_MS).unref();
    patience = mine;
    write(text, () => {
      if (patience === mine) ended();
    });
  }

  function ended(): void {
    clearTimeout(patience);
    patience = undefined;
    if (isDue) flush();
  }

  function flushInTurn(): void {
    isDue = true;
    if (!patience || lines.length >= 2 * MOST_CHARACTERS) flush();
  }

  return {
    // Makes pino set lastLevel before each write.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line: string): void {
      lines += line;
      if (this.lastLevel >= URGENT || lines.length >= MOST_CHARACTERS) return flushInTurn();
      timer ??= setTimeout(flushInTurn, LONGEST_MS).unref();
    },
    flush,
  };
}

export type Logger = pino.Logger;

const SECRET = ['*.password', '*.token', '*.authorization'];

/** One for the process, which keeps all lines in order and flushes once at exit. */
const stdout = createLogStream((text, done) => process.stdout.write(text, 'utf8', done));
process.once('exit', stdout.flush);

interface LoggedError {
  type: string;
  message: string;
  code?: unknown;
  stack?: string;
  cause?: LoggedError;
}

/** Maximum characters: libraries quote requests and servers' answers without a bound. */
const MOST_OF_MESSAGE = 1_000;
const MOST_OF_STACK = 4_000;
const MOST_CAUSES = 5;

/** Copies known fields only: errors of libraries carry the failed command or the body, with all its secrets. */
function loggedError(error: unknown, causes = MOST_CAUSES): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an Error' };
  const { name, message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  return {
    type: shortened(name, MOST_OF_MESSAGE),
    message: shortened(message, MOST_OF_MESSAGE),
    code,
    stack: stack && shortened(stack, MOST_OF_STACK),
    ...(causes > 0 && cause instanceof Error && { cause: loggedError(cause, causes - 1) }),
  };
}

interface LogOptions {
  /** Name of the process among those of all hosts, such as `HOST/api-0`. */
  worker?: string;
  stream?: pino.DestinationStream;
}

const baseOf = (worker: string | undefined) => ({
  pid: process.pid,
  hostname: os.hostname(),
  ...(worker && { worker }),
});

/** Writes JSON lines to the standard output, which PM2 and Docker collect. */
export const createLogger = (
  level: string,
  name: string,
  { worker, stream = stdout }: LogOptions = {},
): Logger => {
  const serializers = { err: (error: unknown) => loggedError(error) };
  return pino({ level, name, base: baseOf(worker), redact: SECRET, serializers }, stream);
};

/** Writes errors, and the lines of the audit, to the standard error: the standard output is a command's answer. */
export const createCommandLogger = (name: string): Logger =>
  createLogger('error', name, { stream: process.stderr });

/** Logs requests without redaction, which costs more than a line: http/server/request-context.ts picks each field. */
export const createAccessLog = (level: string, name: string, worker: string): Logger =>
  pino({ level, name, base: baseOf(worker) }, stdout);
