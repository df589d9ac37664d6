/** Wrong arguments: one line that says which, and where the right ones stand. */
export class UsageError extends Error {
  constructor(command: string, says: string) {
    super(`${says} (npm run ${command} -- --help tells what there is)`);
  }
}

let interruption: AbortSignal | undefined;

/**
 * Aborted by the first Ctrl-C or SIGTERM, for a command that has something to put right before it ends; the same
 * signal once more ends it at once. Both kinds may tell of one Ctrl-C: the terminal's and that of who started this.
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

/** To its end; an error is told without a stack. The exit status is 2 for wrong arguments, 1 for a failure. */
export function runCommand(main: () => Promise<void>): void {
  main().then(
    () => process.exit(),
    (error: Error) => {
      process.stderr.write(`${error.message}\n`);
      process.exit(interruption?.aborted ? 130 : error instanceof UsageError ? 2 : 1);
    },
  );
}

/** What `parse` makes of the arguments; what parseArgs refuses is told in its first sentence. */
export function readArguments<T>(command: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('ERR_PARSE_ARGS')) throw error;
    throw new UsageError(command, message.split(/\. |\n/)[0]!);
  }
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
