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

/**
 * Runs the command that the arguments name; without one, or with `--help`, lists the commands.
 *
 * @param call how the caller runs this program
 * @throws UsageError for an unknown command; the message suggests the closest one
 */
export async function runProgram(entries: Entry[], args: string[], call = 'taskfleet'): Promise<void> {
  const [first = '--help', ...rest] = args;
  const find = (wanted?: string) => entries.find(({ name }) => name === wanted);
  const called = find(first);
  if (called) return void (await called.run(rest));
  const explained = first === 'help' && find(rest[0]);
  if (explained) return void (await explained.run(['--help']));
  const program = listCommands(entries, call);
  if (['--help', '-h', 'help'].includes(first))
    return void process.stdout.write(
      `${program.helpInformation()}\n${call} <command> --help explains a command.\n`,
    );
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new UsageError(error.message.replace(/^error: /, '').replace(/^u/, 'U'));
  }
}

/** Names the commands alone: a command declares its arguments in its own file, which is loaded when it runs. */
function listCommands(entries: Entry[], call: string): Program {
  const program = new Program(call)
    .usage('<command> [arguments]')
    .helpOption('-h, --help', 'list the commands')
    .helpCommand(false)
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .configureOutput({ writeErr: () => {} })
    .exitOverride();
  for (const { name, group, summary } of entries)
    program.command(name).summary(summary).helpGroup(`${group}:`);
  return program;
}
