import { formatHelp, readArguments, type Command, type Given, type Options } from '../command-line/arguments';
import { describeFailure, outlastReaders } from '../command-line/convention';

let interruption: AbortSignal | undefined;

/**
 * Returns a signal that is aborted by the first Ctrl-C or SIGTERM, for a command that must clean up before it ends. A
 * second signal of the same kind ends the process at once. One Ctrl-C may send both kinds: SIGINT comes from the
 * terminal, SIGTERM from the parent process.
 */
export function untilInterrupted(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => {
      controller.abort(new Error('Interrupted'));
      process.once(name, () => process.exit(130));
    });
  }
  return (interruption = controller.signal);
}

/**
 * Runs a command with the arguments of this process, prints errors without a stack, and ends the process. The exit
 * status is 2 for wrong arguments, 1 for a failure, 130 if it was interrupted.
 */
export function runCommand<T extends Options>(
  command: Command<T>,
  main: (given: Given<T>) => Promise<void>,
): void {
  outlastReaders();
  const run = async () => {
    const given = readArguments(command);
    if (given) await main(given);
  };
  run().then(
    () => process.exit(),
    (error: Error) => {
      const { text, status } = describeFailure(error, formatHelp(command));
      process.stderr.write(`${text ?? error.message}\n`);
      process.exit(interruption?.aborted ? 130 : status);
    },
  );
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
