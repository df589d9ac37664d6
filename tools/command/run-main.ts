'use strict';

const { interruption } = require('./run-command');
const { describeFailure, outlastReaders, readArguments } = require('../../src/command-line/convention');

const oldestNode = [20, 19];

/**
 * Runs one of the project's commands with the arguments of this process: expected failures end with a clear message,
 * Ctrl-C with nothing left running that a next start couldn't continue from. The exit status is 2 for wrong arguments,
 * 1 for a failure, 130 if it was interrupted.
 *
 * @template {NonNullable<import('node:util').ParseArgsConfig['options']>} T
 * @param {import('../../src/command-line/convention').Command<T>} command
 * @param {(given: import('../../src/command-line/convention').Given<T>) => Promise<void>} main
 *   is not called if the arguments ask for the usage or are wrong
 */
async function runMain(command, main) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    console.error(`Node ${oldestNode.join('.')} or newer is needed; this is ${process.version}.`);
    process.exit(1);
  }
  // ERR_INVALID_MODULE_SPECIFIER, for each package that has `exports`.
  if (__dirname.includes('\\')) {
    console.error(
      `Node loads no packages below a folder with a backslash in its name: rename it.\n${__dirname}`,
    );
    process.exit(1);
  }
  outlastReaders();
  // What a command writes can be changed by its user alone, whatever the shell's umask is.
  process.umask(process.umask() | 0o022);
  let interrupted = 0;
  const interrupt = () => {
    interrupted += 1;
    if (interrupted > 1) process.exit(130);
    console.error('\nInterrupted: finishing up (once more to end at once).');
    interruption.abort();
    setTimeout(() => process.exit(130), 30_000).unref();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt);
  try {
    const given = readArguments(command);
    if (given) await main(given);
    process.exit(process.exitCode ?? (interrupted ? 130 : 0));
  } catch (error) {
    if (interrupted) {
      console.error('Stopped half-way; the next run goes on from here.');
      process.exit(130);
    }
    const { text, status } = describeFailure(error, command.usage);
    console.error(text === undefined ? error : `\n${text}`);
    process.exit(status);
  }
}

module.exports = { runMain };
