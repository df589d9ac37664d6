import { interruption } from './run-command';
import {
  formatHelp,
  readArguments,
  type Command,
  type Given,
  type Options,
} from '../../src/command-line/arguments';
import { describeFailure, outlastReaders } from '../../src/command-line/convention';

/**
 * Runs a command and ends the process. An expected failure ends with a clear message. Ctrl-C leaves nothing running that
 * the next start could not continue from. The exit status is 2 for wrong arguments, 1 for a failure, 130 for Ctrl-C.
 *
 * @param main is not called if the arguments are wrong or ask for the usage
 * @param stopMs time from Ctrl-C until the process ends although `main` still cleans up
 */
export async function runMain<T extends Options>(
  args: string[],
  command: Command<T>,
  main: (given: Given<T>) => Promise<void>,
  { stopMs = 30_000 }: { stopMs?: number } = {},
) {
  outlastReaders();
  let interrupted = 0;
  const interrupt = () => {
    interrupted += 1;
    if (interrupted > 1) process.exit(130);
    console.error('\nInterrupted: finishing up (once more to end at once).');
    interruption.abort();
    setTimeout(() => process.exit(130), stopMs).unref();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt);
  const run = async () => {
    try {
      const given = readArguments(command, args);
      if (given) await main(given);
      return process.exitCode ?? (interrupted ? 130 : 0);
    } catch (error) {
      if (interrupted) {
        console.error('Stopped half-way; the next run goes on from here.');
        return 130;
      }
      const { text, status } = describeFailure(error, formatHelp(command));
      console.error(text === undefined ? error : `\n${text}`);
      return status;
    }
  };
  process.exit(await run());
}
