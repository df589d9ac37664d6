import path from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { codeOf, messageOf } from '../lib/error-code';
import { explainFault } from './file-faults';

export type Options = NonNullable<ParseArgsConfig['options']>;

/** Arguments and usage of a command. */
export interface Command<T extends Options = Options> {
  usage: string;
  /** The options of `parseArgs` (node:util); `help` is added. */
  options?: T;
  /** Maximum number of arguments besides the options; default 0. */
  most?: number;
  /** Values that these arguments may have. */
  among?: readonly string[];
}

export type Given<T extends Options> = ReturnType<typeof parseArgs<{ options: T; allowPositionals: true }>>;

/** An expected failure. Its message says what to do; no stack trace is shown. */
export class UserError extends Error {}

/** Wrong arguments: exit status 2. Any other failure exits with 1. */
export class UsageError extends UserError {}

const help = { type: 'boolean', short: 'h' } as const;

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
 * Reads the arguments of a command. `--help` and `-h` print the usage, whatever else is given.
 *
 * @returns undefined if the usage was printed
 * @throws UsageError for an unknown, empty or repeated option, and for an unexpected or empty argument
 */
export function readArguments<T extends Options>(
  { usage, options, most = 0, among }: Command<T>,
  args = process.argv.slice(2),
): Given<T> | undefined {
  const end = args.indexOf('--');
  const asksForHelp = args
    .slice(0, end < 0 ? undefined : end)
    .some((arg) => arg === '--help' || arg === '-h');
  if (asksForHelp || (args.length === 1 && args[0] === 'help')) {
    process.stdout.write(`${usage.trim()}\n`);
    return undefined;
  }
  const given = parse(args, { ...options, help });
  const { positionals, tokens } = given;
  const values: Record<string, unknown> = given.values;
  const names = tokens.flatMap((token) => (token.kind === 'option' ? token.name : []));
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice) throw new UsageError(`--${twice} is given twice.`);
  const empty = Object.keys(values).find((name) => values[name] === '');
  if (empty || positionals.includes(''))
    throw new UsageError(`${empty ? `--${empty}` : 'An argument'} is empty.`);
  if (positionals.length > most) throw new UsageError(`Unexpected argument '${positionals[most]}'.`);
  const unknown = among && positionals.find((given) => !among.includes(given));
  if (unknown)
    throw new UsageError(`Unexpected argument '${unknown}': it must be one of ${among.join(', ')}.`);
  return given as unknown as Given<T>;
}

function parse(args: string[], options: Options) {
  try {
    return parseArgs({ args, options, allowPositionals: true, tokens: true });
  } catch (error) {
    if (!codeOf(error)?.startsWith('ERR_PARSE_ARGS')) throw error;
    const message = messageOf(error);
    // For `--users -1` Node reports "ambiguous" and gives the solution in further lines.
    const option = /^Option '(?:-\w, )?(--[^']+)' argument is ambiguous/.exec(message)?.[1];
    if (option)
      throw new UsageError(`${option} needs a value; write one that begins with a dash as ${option}=-….`);
    throw new UsageError(`${(message.split(/\. |\n/)[0] ?? '').replace(/\.$/, '')}.`);
  }
}

/**
 * What a person is shown of a failure.
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
