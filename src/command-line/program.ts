import { Command as Program, CommanderError } from 'commander';
import { UsageError } from './convention';

/** A command of `taskfleet`; it reads its own arguments. */
export interface Entry {
  name: string;
  /** Heading in the list of commands. */
  group: string;
  summary: string;
  /** @param args arguments after the name */
  run: (args: string[]) => unknown;
}

const isHelp = (text: string | undefined) => text === '--help' || text === '-h' || text === 'help';

/**
 * Runs the command that the arguments name; without one, or with `--help`, lists the commands.
 *
 * @throws UsageError for an unknown command; the message suggests the closest one
 */
export async function runProgram(entries: Entry[], args: string[]): Promise<void> {
  const program = new Program('taskfleet')
    .usage('<command> [arguments]')
    .helpOption('-h, --help', 'list the commands')
    .helpCommand(false)
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .configureOutput({ writeErr: () => {} })
    .enablePositionalOptions()
    .exitOverride();
  for (const { name, group, summary, run } of entries) {
    program
      .command(name)
      .summary(summary)
      .helpGroup(`${group}:`)
      .helpOption(false)
      .allowUnknownOption()
      .argument('[arguments...]')
      .passThroughOptions()
      .usage('')
      .action(async () => {
        await run(args.slice(1));
      });
  }
  const [first, second] = args;
  const explained = first === 'help' && entries.find(({ name }) => name === second);
  try {
    if (explained) await explained.run(['--help']);
    else if (first === undefined || isHelp(first))
      process.stdout.write(`${program.helpInformation()}\ntaskfleet <command> --help explains a command.\n`);
    else await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new UsageError(error.message.replace(/^error: /, '').replace(/^u/, 'U'));
  }
}
