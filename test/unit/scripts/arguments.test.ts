import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { commands } from '../../../src/command-line/commands';
import { LOG_LEVELS } from '../../../src/lib/log-levels';
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

/** Runs a script as npm does, in a fresh clone and for a user who has nothing. */
const run = (name: string, args: string[]) =>
  runInShell(scripts[name] ?? `node scripts/bootstrap.js ${name}`, args);

async function runInShell(command: string, args: string[]) {
  const child = spawn('/bin/sh', ['-c', `${command} "$@"`, 'sh', ...args], {
    cwd: clone,
    env: {
      PATH: `${path.join(root, 'node_modules', '.bin')}:${process.env.PATH}`,
      HOME: home,
      TMPDIR: temporary,
      INIT_CWD: clone,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed.stderr += text));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, ...printed };
}

/** Each file and folder with when it was changed: of the clone, and what PM2 or a cache would leave at home. */
const everything = () =>
  [clone, home].flatMap((place) =>
    ['.', ...readdirSync(place, { recursive: true, encoding: 'utf8' }).sort()]
      .filter((name) => !name.startsWith('node_modules'))
      .map((name) => `${name} ${statSync(path.join(place, name)).mtimeMs}`),
  );

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

describe('the command line', () => {
  it('lists each command that an npm script runs', () => {
    const own = ours.filter((name) => ![...contract, 'test:long'].includes(name));
    expect(listed).toEqual(expect.arrayContaining(own));
    for (const name of own) expect(scripts[name]).toBe(`node scripts/bootstrap.js ${name}`);
  });

  it.each(table)(
    '%s prints its usage (%s) for --help and -h, refuses what it does not know, and acts on neither',
    async (name, call, ...first) => {
      const before = everything();
      const wrong = ['--no-such-option', '--help=yes', '--no-help'].map((option) => [option]);
      const helped = await Promise.all(
        [['--help'], ['-h', 'more']].map((args) => run(name, [...first, ...args])),
      );
      const refused = await Promise.all(
        [...wrong, ['no-such-argument', 'more', 'and more']].map((args) => run(name, [...first, ...args])),
      );
      const usage = expect.stringMatching(new RegExp(`^Usage: ${call} `, 'm')) as string;
      for (const answer of helped) {
        expect(answer).toEqual({ status: 0, stdout: usage, stderr: '' });
        expect(answer.stdout.split('\n').filter((line) => line.length > COLUMNS)).toEqual([]);
      }
      for (const { status, stdout, stderr } of refused) {
        expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: usage });
        // The first line says which.
        expect(stderr.trim().split('\n')[0]).toMatch(/option|argument|names no test/i);
      }
      expect(everything()).toEqual(before);
    },
    120_000,
  );

  it('refuses empty and impossible values, and prints the usage after other arguments too', async () => {
    expect(await run('reload', ['--build', 'x', '-h'])).toMatchObject({ status: 0, stderr: '' });
    for (const [name, args, said] of [
      ['reload', ['--build', ''], '--build is empty'],
      ['backup', [''], 'An argument is empty'],
      ['restore', ['--empty', 'a', '--empty', 'b', 'x.gz'], '--empty is given twice'],
      ['scale', ['0'], 'The number of API workers must be a whole number from 1 to 16, but is "0".'],
      ['scale', ['1e0'], 'from 1 to 16, but is "1e0"'],
      ['reload', ['--limit', 'NaN'], '--limit must be a whole number from 1 to 600, but is "NaN".'],
      ['drill', ['reload', '--reloads', '1.5'], '--reloads must be'],
      ['drill', ['constructor'], "'constructor'"],
      ['drill', ['overload', '--only', 'writes,toString'], "'toString'"],
      ['drill', ['overload', '--seconds', '0'], '--seconds must be'],
      ['seed', ['--users', '-1'], '--users needs a value; write one that begins with a dash as --users=-…'],
      ['migrate', ['sideways'], "'sideways'"],
      ['log-level', ['loud'], "'loud'"],
      ['test', ['('], '('],
    ] as const) {
      const { status, stderr } = await run(name, [...args]);
      expect({ args, status, stderr }).toEqual({
        args,
        status: 2,
        stderr: expect.stringContaining(said) as string,
      });
    }
  });

  it('knows the levels of the configuration', () => {
    expect(Object.keys(commands['log-level'].choices)).toEqual(LOG_LEVELS);
  });
});
