import pino from 'pino';
import { createLogStream } from './log-stream';
import { shortened } from '../lib/shortened';

export type Logger = pino.Logger;

const SECRET = ['*.password', '*.token', '*.authorization'];

/** Of the process, as its standard output is: all lines in one order, and one last flush. */
const stdout = createLogStream((text) => process.stdout.write(text));
process.once('exit', stdout.flush);

interface LoggedError {
  type: string;
  message: string;
  code?: unknown;
  stack?: string;
  cause?: LoggedError;
}

/** Characters: what a library quotes of a request, or of the answer of a server, has no bound of its own. */
const MOST_OF_MESSAGE = 1_000;
const MOST_OF_STACK = 4_000;
/** A cause may have a cause. */
const MOST_CAUSES = 5;

/** Nothing else that an error has: those of libraries carry the command that failed, or the body, with all in it. */
function loggedError(error: unknown, causes = MOST_CAUSES): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'thrown, but no error' };
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

/** JSON lines on the standard output, which PM2 and Docker collect. */
export const createLogger = (level: string, name: string): Logger =>
  pino({ level, name, redact: SECRET, serializers: { err: (error: unknown) => loggedError(error) } }, stdout);

/** For a line a request, of which http/server/request-context.ts says each word: looking for secrets would cost more than it. */
export const createAccessLog = (level: string, name: string): Logger => pino({ level, name }, stdout);
