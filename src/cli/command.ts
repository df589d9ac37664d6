/** Runs a command to its end; an error is told without a stack, and the exit code is 1. */
export function runCommand(main: () => Promise<void>): void {
  main().then(
    () => process.exit(),
    (error: Error) => {
      process.stderr.write(`${error.message}\n`);
      process.exit(1);
    },
  );
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
