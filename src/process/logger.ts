import pino from 'pino';
import { createLogStream } from './log-stream';
import { shortened } from '../lib/shortened';

export type Logger = pino.Logger;

const SECRET = ['*.password', '*.token', '*.authorization'];

/** One for the process, which keeps all lines in order and flushes once at exit. */
const stdout = createLogStream((text) => process.stdout.write(text));
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

/** Writes JSON lines to the standard output, which PM2 and Docker collect. */
export const createLogger = (level: string, name: string): Logger =>
  pino({ level, name, redact: SECRET, serializers: { err: (error: unknown) => loggedError(error) } }, stdout);

/** Logs requests without redaction, which costs more than a line: http/server/request-context.ts picks each field. */
export const createAccessLog = (level: string, name: string): Logger => pino({ level, name }, stdout);
