'use strict';

const { interruption, UsageError, UserError } = require('./run-command');

const oldestNode = [20, 19];

/**
 * Runs one of the project's commands: expected failures end with a clear message, Ctrl-C with nothing left
 * running that a next start couldn't continue from.
 *
 * @param {() => Promise<void>} main
 */
async function runMain(main) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    console.error(`Node ${oldestNode.join('.')} or newer is needed; this is ${process.version}.`);
    process.exit(1);
  }
  // Whoever read the output is gone (`npm start | head`): what was begun is still brought to its end.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
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
    await main();
    process.exit(process.exitCode ?? (interrupted ? 130 : 0));
  } catch (error) {
    if (interrupted) {
      console.error('Stopped half-way; the next run goes on from here.');
      process.exit(130);
    }
    console.error(error instanceof UserError ? `\n${error.message}` : error);
    process.exit(error instanceof UsageError ? 2 : 1);
  }
}

module.exports = { runMain };
