import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { copyScripts } from '../../support/copy-scripts';
import { newFolder } from '../../support/folder';
import { eventually } from '../../support/wait';
import { explainFault } from '../../../src/command-line/file-faults';

const root = path.join(__dirname, '..', '..', '..');
const folder = newFolder();

const bootstrap = path.join(root, 'scripts', 'bootstrap.js');
const runMain = path.join(root, 'tools', 'command', 'run-main.ts');
const done = path.join(folder, 'done');
/** Prints on both outputs for half a second, then writes a file. */
const main = (last: string) => `
  const { runMain } = require(${JSON.stringify(runMain)});
  void runMain([], { call: '', about: '', options: {} }, async () => {
    for (let i = 0; i < 20; i += 1) {
      console.log('line ' + i);
      console.error('line ' + i);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    require('node:fs').writeFileSync(${JSON.stringify(done)}, '');
    ${last}
  });`;

describe('a command whose output is not read to its end', () => {
  beforeEach(() => rmSync(done, { force: true }));

  it.each([
    ['succeeds', '', 0],
    ['fails', 'process.exitCode = 3;', 3],
    ['throws', "throw new Error('boom');", 1],
  ])('does all its work, and %s as if it had been read', async (_says, last, status) => {
    const child = spawn(process.execPath, ['-r', bootstrap, '-e', main(last)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) stream.once('data', () => stream.destroy());
    expect(await once(child, 'close')).toEqual([status, null]);
    expect(existsSync(done)).toBe(true);
  });

  it('does all its work on a full disk too, and reports that its output is lost', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, ['-r', bootstrap, '-e', main('')], {
      stdio: ['ignore', full, 'ignore'],
    });
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(existsSync(done)).toBe(true);
  });
});

describe('the command line', () => {
  it('runs the tests to their end even if nobody reads the output of jest', async () => {
    const runJest = path.join(root, 'ops', 'tests', 'run-jest.ts');
    const options = `{ env: process.env, dir: ${JSON.stringify(folder)}, suiteMs: 60_000 }`;
    const program = `
    const { runMain } = require(${JSON.stringify(runMain)});
    const { runJest } = require(${JSON.stringify(runJest)});
    void runMain([], { call: '', about: '', options: {} }, async () => {
      const sum = await runJest(${JSON.stringify(root)}, ['test/unit/tasks/task-status'], ${options});
      require('node:fs').writeFileSync(${JSON.stringify(done)}, JSON.stringify(sum));
    });`;
    const child = spawn(process.execPath, ['-r', bootstrap, '-e', program], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.destroy();
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(JSON.parse(readFileSync(done, 'utf8'))).toMatchObject({ failed: 0 });
  }, 120_000);

  /** Runs a command in a clone without packages; if this runs as root, then as a user who owns nothing there. */
  function runAsStranger(args: string[], { PM2_HOME, chmods }: { PM2_HOME: string; chmods: string[] }) {
    const isRoot = process.getuid?.() === 0;
    for (const place of chmods) chmodSync(place, isRoot ? 0o700 : 0);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [path.join(folder, 'clone', 'scripts', 'bootstrap.js'), ...args],
      {
        cwd: path.join(folder, 'clone'),
        env: { PATH: process.env.PATH, HOME: path.join(folder, 'home'), PM2_HOME },
        encoding: 'utf8',
        ...(isRoot && { uid: 65_534, gid: 65_534 }),
      },
    );
    for (const place of chmods) chmodSync(place, 0o700);
    return { status, said: stdout + stderr };
  }

  describe('a command in a folder of another user', () => {
    const [clone, home] = [path.join(folder, 'clone'), path.join(folder, 'home')];
    const [local, pm2] = [path.join(clone, '.local'), path.join(home, '.pm2')];
    beforeAll(() => {
      for (const made of [local, pm2]) mkdirSync(made, { recursive: true });
      copyScripts(clone);
      writeFileSync(path.join(local, 'stack.json'), '{}');
      chmodSync(folder, 0o755);
    });

    it.each([
      ['start'],
      ['stop'],
      ['dev'],
      ['reload'],
      ['scale'],
      ['scale', '2'],
      ['supervise'],
      ['doctor', '--json'],
      ['migrate'],
      ['bench'],
      ['drill'],
      ['test'],
    ])('%s %s names in one line the folder, its fault and the cure', (...args) => {
      const { status, said } = runAsStranger(args, { PM2_HOME: pm2, chmods: [local] });
      expect({ status, said }).toEqual({
        status: 1,
        said: expect.stringMatching(
          /^\n?(\S*\.local\S*: (permission denied|not permitted) \(\w+, E\w+\)\. .+|The data folder \S+ belongs to user 0\. Run this command as that user)\.\n$/,
        ) as string,
      });
    });

    it('reports in one line that the home of PM2 cannot be read', () => {
      // The stack belongs to the caller, and the running PM2 does not.
      if (process.getuid?.() === 0) chownSync(local, 65_534, 65_534);
      const { status, said } = runAsStranger(['scale'], { PM2_HOME: pm2, chmods: [pm2] });
      expect({ status, said }).toEqual({
        status: 1,
        said: expect.stringMatching(
          /^\n\S*\.pm2\/rpc\.sock: permission denied \(connect, EACCES\)\. .+\.\n$/,
        ) as string,
      });
    });
  });

  it('refuses to run below a folder with a backslash, from which Node loads no packages', () => {
    const odd = path.join(folder, 'a\\b');
    copyScripts(odd);
    const { status, stderr } = spawnSync(
      process.execPath,
      [path.join(odd, 'scripts', 'bootstrap.js'), 'start'],
      {
        encoding: 'utf8',
      },
    );
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('backslash') as string });
  });

  describe('a command in a clone without packages', () => {
    const bare = path.join(folder, 'bare');
    const asked = path.join(folder, 'asked');
    const head = '#!/bin/sh\ntrap "echo npm ends; exit 1" TERM\n';
    /** Starts a command whose npm is this shell script. */
    function start(npm: string, args: string[]) {
      writeFileSync(path.join(folder, 'npm'), `${head}echo "$@" >> ${asked}\n${npm}\n`, { mode: 0o755 });
      const env = { PATH: `${folder}:${process.env.PATH}`, HOME: folder };
      const child = spawn(process.execPath, [path.join(bare, 'scripts', 'bootstrap.js'), ...args], { env });
      const printed = { stdout: '', stderr: '' };
      child.stdout.on('data', (text: Buffer) => (printed.stdout += String(text)));
      child.stderr.on('data', (text: Buffer) => (printed.stderr += String(text)));
      const ended = once(child, 'close').then(([status]) => ({ status: status as number, ...printed }));
      return { child, ended };
    }
    const locks = () => readdirSync(path.join(bare, '.local'));
    beforeAll(() => copyScripts(bare));
    beforeEach(() => {
      for (const file of [path.join(bare, 'node_modules'), asked]) rmSync(file, { force: true });
    });

    it('ends npm ci as well if it is ended, and leaves no lock', async () => {
      const { child, ended } = start('while :; do sleep 0.1; done', ['start']);
      await eventually(() => existsSync(asked));
      child.kill('SIGTERM');
      expect(await ended).toMatchObject({
        status: 130,
        stdout: '',
        stderr: expect.stringContaining('npm ends\nInterrupted') as string,
      });
      expect(locks()).toEqual([]);
    });

    it('installs them once though two commands begin, and keeps stdout for the command', async () => {
      const npm = `echo added; sleep 2; ln -s "${path.join(root, 'node_modules')}" ${path.join(bare, 'node_modules')}`;
      const both = [start(npm, ['stop', '--help']), start(npm, ['stop', '--help'])];
      for (const { ended } of both)
        expect(await ended).toMatchObject({
          status: 0,
          stdout: expect.stringMatching(/^Usage: /) as string,
        });
      expect(readFileSync(asked, 'utf8')).toMatch(/^ci .*\n$/);
      expect(locks()).toEqual([]);
    });
  });

  describe('an error of the file system', () => {
    const file = path.join(folder, 'file');
    beforeAll(() => writeFileSync(file, ''));
    const thrownBy = (act: () => unknown): unknown => {
      try {
        act();
      } catch (error) {
        return error;
      }
      throw new Error('nothing was thrown');
    };

    it.each<[string, () => unknown]>([
      ['ENOENT', () => readFileSync(path.join(folder, 'missing'))],
      ['ENOTDIR', () => readFileSync(path.join(file, 'below'))],
      ['EISDIR', () => readFileSync(folder)],
      ['EEXIST', () => mkdirSync(file)],
      ['ENAMETOOLONG', () => readFileSync(path.join(folder, 'x'.repeat(300)))],
      ['ENOSPC', () => writeFileSync('/dev/full', 'x')],
    ])('%s is one line that ends in the cure', (code, act) => {
      expect(explainFault(thrownBy(act))).toMatch(
        new RegExp(`^[^\\n]+ \\(\\w+, ${code}\\)\\. [A-Z][^\\n]+\\.$`),
      );
    });

    it('is neither a refused connection nor an error of the program', () => {
      const refused = { code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1' };
      for (const error of [refused, new TypeError('x is not a function'), undefined, { code: 'constructor' }])
        expect(explainFault(error)).toBeUndefined();
    });
  });
});
