import pino from 'pino';
import { createLogStream } from './log-stream';

export type Logger = pino.Logger;

const SECRET = ['*.password', '*.token', '*.authorization'];

/** Of the process, as its standard output is: all lines in one order, and one last flush. */
const stdout = createLogStream((text) => process.stdout.write(text));
process.once('exit', stdout.flush);

/** JSON lines on the standard output, which PM2 and Docker collect. */
export const createLogger = (level: string, name: string): Logger =>
  pino({ level, name, redact: SECRET }, stdout);

/** For a line a request, of which http/request-context.ts says each word: looking for secrets would cost more than it. */
export const createAccessLog = (level: string, name: string): Logger => pino({ level, name }, stdout);
