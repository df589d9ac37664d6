'use strict';

// JavaScript, since the commands in scripts/ run before anything is installed or compiled.
const path = require('node:path');
const { parseArgs } = require('node:util');
const { explainFault } = require('./file-faults');

/** An expected failure. Its message says what to do; no stack trace is shown. */
class UserError extends Error {}

/** Wrong arguments: exit status 2. Any other failure exits with 1. */
class UsageError extends UserError {}

const help = { type: 'boolean', short: 'h' };

/** Errors that mean: the reader of the pipe ended, or the terminal was closed. */
const GONE = new Set(['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);

/**
 * Lets a command finish its work when its output can't be written. A reader that went away
 * (`npm run restore | head -1`) does not change the exit status; output lost for another reason (a full disk) makes it 1.
 */
function outlastReaders() {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', ({ code }) => {
      if (!GONE.has(code)) process.exitCode ||= 1;
    });
}

/**
 * Reads the arguments of a command. `--help` and `-h` print the usage and ignore all other arguments.
 *
 * @param {import('./convention').Command} command
 * @param {string[]} [args]
 * @returns {{ values: Record<string, any>, positionals: string[] } | undefined} undefined if the usage was printed
 * @throws UsageError for an unknown, empty or repeated option, and for an unexpected or empty argument
 */
function readArguments({ usage, options = {}, most = 0, among }, args = process.argv.slice(2)) {
  const end = args.indexOf('--');
  if (args.slice(0, end < 0 ? undefined : end).some((arg) => arg === '--help' || arg === '-h')) {
    process.stdout.write(`${usage.trim()}\n`);
    return undefined;
  }
  const { values, positionals, tokens } = parse(args, { ...options, help });
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
  return { values, positionals };
}

function parse(args, options) {
  try {
    return parseArgs({ args, options, allowPositionals: true, tokens: true });
  } catch (error) {
    if (!error.code?.startsWith('ERR_PARSE_ARGS')) throw error;
    // For `--users -1` Node reports "ambiguous" and gives the solution in further lines.
    const option = /^Option '(?:-\w, )?(--[^']+)' argument is ambiguous/.exec(error.message)?.[1];
    if (option)
      throw new UsageError(`${option} needs a value; write one that begins with a dash as ${option}=-….`);
    throw new UsageError(`${error.message.split(/\. |\n/)[0].replace(/\.$/, '')}.`);
  }
}

/**
 * Returns the text and exit status for a failure.
 *
 * @param {any} error @param {string} usage is appended to messages about wrong arguments
 * @returns {{ text?: string, status: 1 | 2 }} no text if the error is neither expected nor from the file system
 */
function describeFailure(error, usage) {
  if (error instanceof UsageError) return { text: `${error.message}\n\n${usage.trim()}`, status: 2 };
  return { text: error instanceof UserError ? error.message : explainFault(error), status: 1 };
}

/** Folder in which the user typed the command. npm changes to the project's folder before it runs a script. */
const callersFolder = () => process.env.INIT_CWD || process.cwd();

/** @param {string} file as the user typed it @returns {string} absolute path */
const fromCaller = (file) => path.resolve(callersFolder(), file);

/** @param {string} file @returns {string} path relative to the user's folder */
const forCaller = (file) => path.relative(callersFolder(), file) || '.';

/** @param {string} text @returns {string} quoted so that a shell reads one word */
const shellQuoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

module.exports = {
  shellQuoted,
  UserError,
  UsageError,
  outlastReaders,
  readArguments,
  describeFailure,
  fromCaller,
  forCaller,
};
