import path from 'node:path';
import { explainFault } from './file-faults';

/** An expected failure. Its message says what to do; no stack trace is shown. */
export class UserError extends Error {}

/** Wrong arguments: exit status 2. Any other failure exits with 1. */
export class UsageError extends UserError {}

/** The reader of a pipe has ended, or the terminal was closed. */
const GONE = new Set(['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);

/**
 * Keeps a command going if its output can't be written: what was begun is brought to its end. A reader that went away
 * (`npm run restore | head -1`) doesn't change the exit status; output that is lost otherwise (a full disk) makes it 1.
 */
export function outlastReaders(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!GONE.has(error.code ?? '')) process.exitCode ||= 1;
    });
}

/**
 * Returns the text about a failure for the caller.
 *
 * @param usage is appended to messages about wrong arguments
 * @returns no text if the error is neither expected nor from the file system
 */
export function describeFailure(error: unknown, usage: string): { text?: string; status: 1 | 2 } {
  if (error instanceof UsageError) return { text: `${error.message}\n\n${usage.trim()}`, status: 2 };
  return { text: error instanceof UserError ? error.message : explainFault(error), status: 1 };
}

/** The folder in which the caller typed the command: npm changes to the project's before it runs a script. */
const callersFolder = () => process.env.INIT_CWD || process.cwd();

/** @param file as the user typed it @returns absolute path */
export const fromCaller = (file: string) => path.resolve(callersFolder(), file);

/** @returns path relative to the user's folder */
export const forCaller = (file: string): string => path.relative(callersFolder(), file) || '.';

/** @returns quoted so that a shell reads one word */
export const shellQuoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
