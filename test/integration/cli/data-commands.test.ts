import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { commands } from '../../../src/command-line/commands';
import { serveControl } from '../../../src/control/control-server';
import { createLogger } from '../../../src/process/logger';
import { buildApiStatus } from '../../support/api-status';
import { dropDatabase, newNamespace } from '../../support/api';
import { runCommand, runUnread } from '../../support/real-process';
import { connectMongo } from '../../../src/infra/mongo/mongo';
import { newFolder } from '../../support/folder';
import { mongoUrl } from '../../support/servers';

const namespace = newNamespace();
const folder = newFolder();
const file = path.join(folder, 'a.gz');
const env = {
  MONGO_URL: mongoUrl(namespace),
  RUN_DIR: path.join(folder, 'run'),
  JWT_SECRET: 'hU8-vS2mXqLd0cKz5RtYw1GfBn7JpE4a',
};
afterAll(() => dropDatabase(namespace));

const wrong: [string, string[]][] = [
  ['migrate', ['sideways']],
  ['backup', ['a', 'b']],
  ['backup', ['--unknown']],
  ['restore', []],
  ['restore', ['not-there.gz']],
  ['seed', ['--users', 'many']],
  ['dead-letters', ['--retry', '--discard']],
  ['admin', ['--email', 'nobody']],
  ['admin', ['demote']],
  ['admin', ['sideways', 'mary']],
  ['admin', ['demote', 'mary', 'again']],
];
const administrator = ['--email', 'mary@example.com', '--username', 'mary', '--name', 'Mary'];
const right: [string, string[]][] = [
  ['migrate', ['status']],
  ['backup', []],
  ['seed', []],
  ['dead-letters', []],
  ['admin', ['--email', 'a@example.com', '--username', 'abc', '--name', 'A']],
];

describe('a data command', () => {
  it('refuses wrong arguments in one line before the usage, with status 2', async () => {
    const answers = wrong.map(async ([name, args]) => ({ name, ...(await runCommand(name, args, env)) }));
    for (const { name, status, stdout, stderr } of await Promise.all(answers)) {
      expect({ name, status, stdout }).toEqual({ name, status: 2, stdout: '' });
      expect(stderr).toMatch(new RegExp(`^[^\\n]+\\.\\n\\nUsage: npx taskfleet ${name}\\b`));
    }
  });

  it('helps, whatever the environment is like', async () => {
    const names = [...Object.keys(commands), 'doctor'];
    const answers = names.flatMap((name) => [
      { name, answer: runCommand(name, ['--help'], {}) },
      // Runs dist/cli.js, as a container does.
      { name, answer: runCommand('../cli', ['help', name], {}) },
      { name, answer: runCommand('../cli', [name, 'more', '-h'], {}) },
    ]);
    for (const { name, answer } of answers)
      expect(await answer).toEqual({
        status: 0,
        stdout: expect.stringMatching(new RegExp(`^Usage: npx taskfleet ${name}\\b`)) as string,
        stderr: '',
      });
  });

  it('explains an error of the file system in one line with its cure', async () => {
    const answers: [string, string[], RegExp][] = [
      ['restore', [folder], /^EISDIR|a folder, not a file \(read, EISDIR\)/],
      [
        'restore',
        [path.join(__filename, 'a.gz')],
        /a part of this path is a file, not a folder \(access, ENOTDIR\)/,
      ],
      ['backup', [path.join(__filename, 'a.gz')], /\(\w+, (ENOTDIR|EEXIST)\)/],
      ['admin', [...administrator, '--password-file', folder], /a folder, not a file \(read, EISDIR\)/],
    ];
    for (const [name, args, said] of answers) {
      const { status, stderr } = await runCommand(name, args, env);
      expect({ name, status, stderr }).toEqual({
        name,
        status: 1,
        stderr: expect.stringMatching(said) as string,
      });
      expect(stderr).not.toMatch(/^ {4}at /m);
    }
  });

  it('takes files relative to where the caller stands', async () => {
    const elsewhere = { ...env, INIT_CWD: folder };
    expect(await runCommand('backup', ['./relative.gz'], elsewhere)).toMatchObject({ status: 0 });
    expect((await readdir(folder)).includes('relative.gz')).toBe(true);
    expect(await runCommand('admin', [...administrator, '--password-file', 'made'], elsewhere)).toMatchObject(
      {
        status: 0,
        stdout: 'mary@example.com is an Admin.\n',
      },
    );
    expect(await readFile(path.join(folder, 'made'), 'utf8')).toMatch(/^\S{20,}\n$/);
    const again = await runCommand('restore', ['relative.gz'], elsewhere);
    expect(again).toMatchObject({ status: 1, stderr: expect.stringMatching(/is not empty/) as string });
    for (const name of ['relative.gz', 'made']) await rm(path.join(folder, name));
  });

  it('changes a user by name, but never the last enabled Admin', async () => {
    const own = { ...env, MONGO_URL: mongoUrl(`${namespace}_admin`) };
    const admin = (...args: string[]) => runCommand('admin', args, own);
    for (const name of ['olga', 'ines'])
      await admin('--email', `${name}@example.com`, '--username', name, '--name', 'One');
    const lines: string[] = [];
    const said = async (...args: string[]) => {
      const { status, stdout, stderr } = await admin(...args);
      return { status, text: stdout + stderr.replace(/^\{"level".*\n/gm, (line) => (lines.push(line), '')) };
    };
    expect(await said('demote', 'olga')).toEqual({
      status: 0,
      text: 'olga is a member as of the next log-in.\n',
    });
    expect(await said('disable', 'INES@example.com')).toEqual({
      status: 1,
      text: 'No other Admin can log in. Promote or enable another user first, or let an Admin set a password.\n',
    });
    expect(await said('promote', 'olga')).toMatchObject({ status: 0 });
    expect(await said('disable', 'ines')).toEqual({ status: 0, text: 'ines cannot log in any more.\n' });
    expect(await said('enable', 'ines')).toEqual({ status: 0, text: 'ines can log in.\n' });
    const reset = await said('reset', 'ines');
    expect(reset).toEqual({ status: 0, text: expect.stringMatching(/^ines sets .*\n\{"resetToken":"tfp_/) });
    expect(await said('promote', 'olga', '--email', 'olga@example.org')).toMatchObject({
      status: 2,
      text: expect.stringContaining('--email is only for a new Admin') as string,
    });
    expect(await said('enable', 'nobody')).toMatchObject({
      status: 1,
      text: 'No user has signed up as nobody.\n',
    });
    const mongo = await connectMongo(own.MONGO_URL);
    const entries = await mongo.db.collection('audit').find().sort({ createdAt: 1 }).toArray();
    expect(entries.map(({ action }) => action as string)).toEqual([
      ...['user-created', 'user-created', 'role-changed', 'role-changed'],
      ...['user-disabled', 'user-enabled', 'password-reset-issued'],
    ]);
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject(
      entries.slice(2).map(({ action }) => ({ event: 'audit', action: action as string })),
    );
    expect(entries.every(({ actor, requestId }) => actor === undefined && requestId === undefined)).toBe(
      true,
    );
    await mongo.close();
    await dropDatabase(`${namespace}_admin`);
  });

  it('says which MongoDB is away, and no password', async () => {
    const away = { ...env, MONGO_URL: 'mongodb://me:hidden@127.0.0.1:9/x', AMQP_URL: 'amqp://127.0.0.1:9' };
    const answers = right.map(async ([name, args]) => ({ name, ...(await runCommand(name, args, away)) }));
    for (const { name, status, stderr } of await Promise.all(answers)) {
      expect({ name, status }).toEqual({ name, status: 1 });
      expect(stderr).toMatch(
        /^MongoDB at 127\.0\.0\.1:9 cannot be reached: .*\nIf npx taskfleet start .* check MONGO_URL\.\n$/,
      );
      expect(stderr).not.toContain('hidden');
    }
  });

  it('says which RabbitMQ is away', async () => {
    const away = { ...env, AMQP_URL: 'amqp://me:hidden@127.0.0.1:9' };
    const { status, stderr } = await runCommand('dead-letters', [], away);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^RabbitMQ at 127\.0\.0\.1:9 cannot be reached: .*\nIf npx taskfleet start .* check AMQP_URL\.\n$/,
    );
  });

  it('restores only while no worker serves, or with --while-serving, and shows no empty progress bar', async () => {
    await runCommand('seed', ['--users', '3', '--tasks', '5'], env);
    const backup = await runCommand('backup', [file], env);
    expect(backup.stdout).toMatch(/documents of/);
    expect(await readdir(folder)).toEqual(['a.gz']);

    const database = namespace;
    const logger = createLogger('silent', 'test');
    const control = await serveControl(
      { folder: env.RUN_DIR, name: 'api-0', logger },
      { 'GET /status': () => buildApiStatus() },
    );
    const refused = await runCommand('restore', [file, '--empty', database], env);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/^1 process \(api-0\) .*npx pm2 stop taskfleet-api taskfleet-worker/s);
    const renamed = { ...env, KEY_PREFIX: 'blue', PM2_HOME: '/srv/pm2' };
    expect((await runCommand('restore', [file, '--empty', database], renamed)).stderr).toContain(
      '\n  PM2_HOME=/srv/pm2 npx pm2 stop blue-api blue-worker\n',
    );
    const told = await runCommand('restore', [file, '--empty', database, '--while-serving'], env);
    expect(told).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^1 process \(api-0\) keep running/),
    });
    // The database of another stack: what runs here says nothing of it.
    const foreign = { ...env, TASKFLEET_FOREIGN: 'true' };
    const elsewhere = await runCommand('restore', [file, '--empty', database], foreign);
    expect(elsewhere).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("can't be seen from here"),
    });
    control.close();

    const notEmpty = await runCommand('restore', [file], env);
    expect(notEmpty).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^The database .* is not empty/),
    });
    for (const { stdout, stderr } of [backup, refused, notEmpty])
      expect(stdout + stderr).not.toContain('of 0');
  });

  it('refuses a password file that is not UTF-8 before it asks any server', async () => {
    const passwordFile = path.join(folder, 'password.txt');
    await writeFile(passwordFile, Buffer.from('G\xe4rten und Z\xe4une', 'latin1'));
    const person = ['--email', 'a@example.com', '--username', 'abc', '--name', 'A'];
    const { status, stderr } = await runCommand('admin', [...person, '--password-file', passwordFile], env);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('is not UTF-8') });
  });

  it('restores to the end though no one reads what it prints, indexes and all, and ends what was cached first', async () => {
    const another = { ...env, MONGO_URL: mongoUrl(`${namespace}_unread`) };
    await runCommand('seed', ['--users', '3', '--tasks', '5'], env);
    await runCommand('backup', [path.join(folder, 'unread.gz')], env);
    const began = Date.now();
    const status = await runUnread('restore', [path.join(folder, 'unread.gz')], another);
    expect(status).toBe(0);
    const mongo = await connectMongo(another.MONGO_URL);
    const indexes = await mongo.db.collection('users').indexes();
    expect(indexes.filter(({ unique }) => unique).map(({ key }) => Object.keys(key)[0])).toEqual(
      expect.arrayContaining(['emailKey', 'usernameKey']),
    );
    const notice = await mongo.db.collection('notices').findOne({ _id: 'cache-off' as never });
    expect((notice!.cacheOffUntil as Date).getTime()).toBeGreaterThan(began);
    await mongo.close();
    await dropDatabase(`${namespace}_unread`);
  });
});
