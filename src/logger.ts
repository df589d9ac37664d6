import pino from 'pino';
import { createLogStream } from './log-stream';

export type Logger = pino.Logger;

const SECRET = ['*.password', '*.token', '*.authorization'];

/** JSON lines on the standard output, which PM2 and Docker collect. */
export function createLogger(level: string, name: string): Logger {
  return pino(
    { level, name, redact: SECRET },
    createLogStream((text) => process.stdout.write(text)),
  );
}
