import {
  formatHelp,
  readArguments,
  type Command,
  type Given,
  type Options,
} from '../../src/command-line/arguments';
import { describeFailure } from '../../src/command-line/convention';

/**
 * Prints the answer to the arguments, or what is wrong with them.
 * @returns the exit status: 2 for wrong arguments, 1 if a file cannot be read
 */
export function printAnswer<T extends Options>(
  command: Command<T>,
  args: string[],
  answer: (given: Given<T>) => { text: string; status: number },
): number {
  try {
    const given = readArguments(command, args);
    if (!given) return 0;
    const { text, status } = answer(given);
    process.stdout.write(`${text}\n`);
    return status;
  } catch (error) {
    const { text, status } = describeFailure(error, formatHelp(command));
    if (text === undefined) throw error;
    process.stderr.write(`${text}\n`);
    return status;
  }
}
