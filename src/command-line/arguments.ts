import { parseArgs, type ParseArgsConfig } from 'node:util';
import { Command as Program, Option as ProgramOption } from 'commander';
import { codeOf, messageOf } from '../lib/error-code';
import { isNear } from '../lib/is-near';
import { UsageError } from './convention';

/** An option of a command: as `parseArgs` (node:util) reads it, and as the help shows it. */
type Option = NonNullable<ParseArgsConfig['options']>[string] & {
  /** Name of the value, if the option has one. */
  value?: string;
  help: string;
};
export type Options = Record<string, Option>;

export const flag = (help: string) => ({ type: 'boolean', help }) as const;
export const text = (value: string, help: string) => ({ type: 'string', value, help }) as const;

/** Arguments and help of a command. */
export interface Command<T extends Options = Options> {
  /** What the caller types, such as `npx taskfleet seed`. */
  call: string;
  about: string;
  /** `--help` is added. */
  options: T;
  /** Arguments besides the options, such as `[FILE]`, and what each means; `…` stands for any number. */
  operands?: Record<string, string>;
  /** Values of the only such argument, if it is a choice, and what each means. */
  choices?: Record<string, string>;
}

export type Given<T extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T; allowPositionals: true }>
>;

/** Width of a terminal, which breaks longer lines in the middle of a word. */
const COLUMNS = 80;
/** Length up to which the usage line lists the choices. */
const LONGEST_LIST = 40;

/**
 * Reads the arguments of a command. `--help` and `-h` print the help, whatever else is given.
 *
 * @returns undefined if the help was printed
 * @throws UsageError for an unknown, empty or repeated option, and for an unexpected or empty argument
 */
export function readArguments<T extends Options>(
  command: Command<T>,
  args = process.argv.slice(2),
): Given<T> | undefined {
  const end = args.indexOf('--');
  const asksForHelp = args
    .slice(0, end < 0 ? undefined : end)
    .some((arg) => arg === '--help' || arg === '-h');
  if (asksForHelp || (args.length === 1 && args[0] === 'help')) {
    process.stdout.write(formatHelp(command));
    return undefined;
  }
  checkArguments(command, args);
  return parseArgs({ args, options: command.options, allowPositionals: true });
}

function checkArguments({ options, operands = {}, choices }: Command, args: string[]): void {
  const { positionals, tokens, values } = parse(args, options);
  const names = tokens.flatMap((token) => (token.kind === 'option' ? token.name : []));
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice) throw new UsageError(`--${twice} is given twice.`);
  const empty = names.find((name) => values[name] === '');
  if (empty || positionals.includes(''))
    throw new UsageError(`${empty ? `--${empty}` : 'An argument'} is empty.`);
  const most = choices ? 1 : Object.keys(operands).length;
  const isList = Object.keys(operands).some((name) => name.includes('…'));
  if (positionals.length > most && !isList)
    throw new UsageError(`Unexpected argument '${positionals[most]}'.`);
  const [first] = positionals;
  if (choices && first !== undefined && !Object.hasOwn(choices, first))
    throw new UsageError(
      `Unexpected argument '${first}': it must be one of ${Object.keys(choices).join(', ')}.`,
    );
}

function parse(args: string[], options: Options) {
  try {
    return parseArgs({ args, options, allowPositionals: true, tokens: true });
  } catch (error) {
    if (!codeOf(error)?.startsWith('ERR_PARSE_ARGS')) throw error;
    const message = messageOf(error);
    // For `--users -1` Node reports "ambiguous" and gives the solution in further lines.
    const option = /^Option '(?:-\w, )?(--[^']+)' argument is ambiguous/.exec(message)?.[1];
    if (option)
      throw new UsageError(`${option} needs a value; write one that begins with a dash as ${option}=-….`);
    const unknown = /^Unknown option '(--[^']+)'/.exec(message)?.[1];
    const meant = unknown && ['help', ...Object.keys(options)].find((name) => isNear(unknown, `--${name}`));
    if (meant) throw new UsageError(`Unknown option '${unknown}'. Did you mean --${meant}?`);
    throw new UsageError(`${(message.split(/\. |\n/)[0] ?? '').replace(/\.$/, '')}.`);
  }
}

/** Returns the help of a command in the layout in which commander lists the commands. */
export function formatHelp({ call, about, options, operands = {}, choices }: Command): string {
  const list = Object.keys(choices ?? {}).join('|');
  // The help lists the choices again below, each with its meaning.
  const shown = choices ? [`[${list.length > LONGEST_LIST ? 'NAME' : list}]`] : Object.keys(operands);
  const program = new Program(call)
    .usage([...(Object.keys(options).length > 0 ? ['[options]'] : []), ...shown].join(' '))
    .description(about)
    .helpOption('-h, --help', 'show this help')
    .configureOutput({ getOutHelpWidth: () => COLUMNS });
  for (const [name, help] of Object.entries(choices ?? operands))
    program.argument(`[${name.replace(/[[\]]/g, '')}]`, help);
  for (const [name, { short, value, help, default: given }] of Object.entries(options)) {
    const flags = `${short ? `-${short}, ` : ''}--${name}${value ? ` <${value}>` : ''}`;
    const option = new ProgramOption(flags, help);
    program.addOption(given === undefined ? option : option.default(given, String(given)));
  }
  return program.helpInformation();
}

/** @param name of what is counted @throws UsageError */
export function wholeNumber(name: string, given: string, least: number, most: number): number {
  const number = /^\d+$/.test(given) ? Number(given) : NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`${name} must be a whole number from ${least} to ${most}, but is "${given}".`);
}
