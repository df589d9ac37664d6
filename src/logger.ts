import pino from 'pino';

export type Logger = pino.Logger;

/** JSON lines on the standard output, which PM2 and Docker collect. */
export function createLogger(level: string, name: string): Logger {
  return pino({ level, name, redact: ['*.password', '*.token', '*.authorization'] });
}
