import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { commands } from '../../../src/command-line/commands';
import { LOG_LEVELS } from '../../../src/lib/log-levels';
import { differenceOf, everythingIn, type Answer } from '../../support/call-commands';
import { newFolder } from '../../support/folder';

const root = path.join(__dirname, '..', '..', '..');
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
/** They hand their arguments to a tool. */
const tools = ['build', 'lint', 'lint:english', 'typecheck', 'format'];
const ours = Object.keys(scripts).filter((name) => !tools.includes(name));

const folder = newFolder();
const [clone, home, temporary] = ['clone', 'home', 'tmp'].map((name) => path.join(folder, name)) as [
  string,
  string,
  string,
];
beforeAll(() => {
  for (const made of [clone, home, temporary]) mkdirSync(made);
  const skipped = ['.git', '.local', 'dist', 'node_modules', 'results'];
  const filter = (from: string) => !skipped.includes(path.basename(from));
  for (const name of readdirSync(root).filter((name) => filter(name)))
    cpSync(path.join(root, name), path.join(clone, name), { recursive: true, filter });
  symlinkSync(path.join(root, 'node_modules'), path.join(clone, 'node_modules'));
});

/** The environment that npm gives a script, of a user who has nothing. */
const env = {
  PATH: `${path.join(root, 'node_modules', '.bin')}:${process.env.PATH}`,
  HOME: home,
  TMPDIR: temporary,
  INIT_CWD: clone,
};

/** Runs a script as npm does. */
async function run(name: string, args: string[]): Promise<Answer> {
  const child = spawn('/bin/sh', ['-c', `${scripts[name]} "$@"`, 'sh', ...args], {
    cwd: clone,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed.stderr += text));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, ...printed };
}

/** Calls all commands in one process. @returns the answer to each call */
function callAll(calls: string[][]): Answer[] {
  const [asked, answered] = ['calls', 'answers'].map((name) => path.join(folder, name)) as [string, string];
  writeFileSync(asked, JSON.stringify(calls));
  const program = [
    '-r',
    './scripts/bootstrap.js',
    'test/support/call-commands.ts',
    asked,
    answered,
    clone,
    home,
  ];
  const { status, stderr } = spawnSync(process.execPath, program, { cwd: clone, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The commands could not be called: ${stderr}`);
  return JSON.parse(readFileSync(answered, 'utf8')) as Answer[];
}

/** Width of a terminal, which breaks longer lines in the middle of a word. */
const COLUMNS = 80;

/** The scripts that are not commands of `taskfleet`. */
const contract = ['generate', 'contract:release'];

/** The commands that `npx taskfleet --help` lists; some have no npm script. */
const listed = [
  ...spawnSync(process.execPath, ['scripts/bootstrap.js', '--help'], {
    cwd: root,
    encoding: 'utf8',
  }).stdout.matchAll(/^ {2}([a-z][\w-]*) /gm),
].map(([, name]) => name!);

/** Each command and script, and those whose first argument selects another help or action. */
const table: [name: string, call: string, ...first: string[]][] = [
  ...[...new Set([...ours, ...listed])].map((name): [string, string] => [
    name,
    contract.includes(name) ? `npm run ${name}` : `npx taskfleet ${name.replace(':long', '')}`,
  ]),
  ['bench', 'npx taskfleet bench compare', 'compare'],
  ['bench', 'npx taskfleet bench plan', 'plan'],
  ['drill', 'npx taskfleet drill', 'overload'],
  ['migrate', 'npx taskfleet migrate', 'down'],
];

/** These are run as npm runs them too: tools, and what could do the most harm. */
const inProcesses = [...contract, 'stop', 'reload'];

/** What asks for help, and what is wrong, after the first arguments of a row. */
const asking = [['--help'], ['-h', 'more']];
const wrong = [
  ...['--no-such-option', '--help=yes', '--no-help'].map((option) => [option]),
  ['no-such-argument', 'more', 'and more'],
];

/** The arguments with which a script calls `taskfleet`. */
const callOf = (name: string) => scripts[name]?.split(' ').slice(2) ?? [name];
const callsOf = ([name, , ...first]: (typeof table)[number]) =>
  [...asking, ...wrong].map((args) => [...callOf(name), ...first, ...args]);

const odd: [args: string[], said: string][] = [
  [['reload', '--build', ''], '--build is empty'],
  [['reload', '--buidl', 'x'], "Unknown option '--buidl'. Did you mean --build?"],
  [['stop', '--hlep'], "Unknown option '--hlep'. Did you mean --help?"],
  [['seed', '--user=3'], "Unknown option '--user'. Did you mean --users?"],
  [['backup', ''], 'An argument is empty'],
  [['restore', '--empty', 'a', '--empty', 'b', 'x.gz'], '--empty is given twice'],
  [['scale', '0'], 'The number of API workers must be a whole number from 1 to 16, but is "0".'],
  [['scale', '1e0'], 'from 1 to 16, but is "1e0"'],
  [['reload', '--limit', 'NaN'], '--limit must be a whole number from 1 to 600, but is "NaN".'],
  [['drill', 'reload', '--reloads', '1.5'], '--reloads must be'],
  [['drill', 'constructor'], "'constructor'"],
  [['drill', 'overload', '--only', 'writes,toString'], "'toString'"],
  [['drill', 'sessions', '--only', 'writes'], "'writes' must be one of failures"],
  [['drill', 'scale', '--only', 'writes'], 'scale has no parts'],
  [['drill', 'overload', '--seconds', '0'], '--seconds must be'],
  [['seed', '--users', '-1'], '--users needs a value; write one that begins with a dash as --users=-…'],
  [['migrate', 'sideways'], "'sideways'"],
  [['log-level', 'loud'], "'loud'"],
  [['test', '('], '('],
];

const answers = new Map<string, Answer>();
const answerTo = (args: string[]) => answers.get(args.join('\0'))!;
beforeAll(() => {
  const commandRows = table.filter(([name]) => !contract.includes(name));
  const calls = [
    ...commandRows.flatMap(callsOf),
    ...odd.map(([args]) => args),
    ['reload', '--build', 'x', '-h'],
  ];
  callAll(calls).forEach((answer, index) => answers.set(calls[index]!.join('\0'), answer));
}, 120_000);

function expectHelpOrRefusal(call: string, given: Answer[]) {
  const usage = expect.stringMatching(new RegExp(`^Usage: ${call} `, 'm')) as string;
  for (const answer of given.slice(0, asking.length)) {
    expect(answer).toMatchObject({ status: 0, stdout: usage, stderr: '' });
    expect(answer.stdout.split('\n').filter((line) => line.length > COLUMNS)).toEqual([]);
  }
  for (const { status, stdout, stderr } of given.slice(asking.length)) {
    expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: usage });
    // The first line says which.
    expect(stderr.trim().split('\n')[0]).toMatch(/option|argument|names no test/i);
  }
}

describe('the command line', () => {
  it('lists each command that an npm script runs', () => {
    const own = ours.filter((name) => ![...contract, 'test:long'].includes(name));
    expect(listed).toEqual(expect.arrayContaining(own));
    for (const name of own) expect(scripts[name]).toBe(`node scripts/bootstrap.js ${name}`);
  });

  it.each(table.filter(([name]) => !contract.includes(name)))(
    '%s prints its usage (%s) for --help and -h, refuses what it does not know, and acts on neither',
    (...row) => {
      const given = callsOf(row).map(answerTo);
      expectHelpOrRefusal(row[1], given);
      expect(given.flatMap(({ changed }) => changed)).toEqual([]);
    },
  );

  it.each(table.filter(([name]) => inProcesses.includes(name)))(
    'npm run %s does the same in a process of its own (%s)',
    async (name, call, ...first) => {
      const before = everythingIn([clone, home]);
      const given = await Promise.all([...asking, ...wrong].map((args) => run(name, [...first, ...args])));
      expectHelpOrRefusal(call, given);
      expect(differenceOf(before, everythingIn([clone, home]))).toEqual([]);
    },
    60_000,
  );

  it('refuses empty and impossible values, and suggests the option that was meant', () => {
    for (const [args, said] of odd) {
      const { status, stderr, changed } = answerTo(args);
      const expected = { status: 2, stderr: expect.stringContaining(said) as string, changed: [] };
      expect({ args, status, stderr, changed }).toEqual({ args, ...expected });
    }
  });

  it('prints the usage after other arguments too', () => {
    expect(answerTo(['reload', '--build', 'x', '-h'])).toMatchObject({ status: 0, stderr: '', changed: [] });
  });

  it('knows the levels of the configuration', () => {
    expect(Object.keys(commands['log-level'].choices)).toEqual(LOG_LEVELS);
  });
});
