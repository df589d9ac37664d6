import { SavedResultsError } from '../store/read-results';

/**
 * Prints what `answer` gives, or what is wrong with its arguments; the usage to who asks for it.
 * @returns the exit status, 2 where it couldn't answer
 */
export function printAnswer(
  usage: string,
  args: string[],
  answer: () => { text: string; status: number },
): number {
  if (args.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  try {
    const { text, status } = answer();
    process.stdout.write(`${text}\n`);
    return status;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!(error instanceof SavedResultsError) && !code.startsWith('ERR_PARSE_ARGS')) throw error;
    process.stderr.write(`${(error as Error).message}\n${usage}\n`);
    return 2;
  }
}
