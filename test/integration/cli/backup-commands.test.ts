import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync, utimesSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { nameOf } from '../../../src/backup/kept-backups';
import { writeBackup } from '../../../src/backup/write-backup';
import { createLock } from '../../../src/infra/mongo/lock';
import { newFolder } from '../../support/folder';
import { runCommand } from '../../support/real-process';
import { mongoUrl } from '../../support/servers';
import { mountSmallDisk } from '../../support/small-disk';
import { seedSome, useData } from '../../support/stored';
import { use } from '../../support/use';
import { eventually } from '../../support/wait';

const data = useData();
const dir = newFolder();
const folder = path.join(dir, 'backups');
const environment = (more: Record<string, string> = {}) => ({
  MONGO_URL: mongoUrl(data.namespace),
  DATA_DIR: dir,
  ...more,
});
const keep = (number: string, more?: Record<string, string>) =>
  runCommand('backup', ['--keep', number], environment(more));
/** Runs the command line of a container. */
const rehearse = (...args: string[]) =>
  runCommand('../cli', ['restore', '--rehearse', ...args], environment());

beforeAll(async () => {
  await data.prepare();
  await seedSome(data);
});
beforeEach(() => rm(folder, { recursive: true, force: true }));

describe('backup --keep', () => {
  it('keeps the newest ones in a folder of its own, each read back', async () => {
    const made: string[] = [];
    for (const removed of [0, 0, 1]) {
      const { status, stdout } = await keep('2');
      expect([status, stdout]).toEqual([
        0,
        expect.stringMatching(/: \d+ documents of .* MB, read back and counted$/m),
      ]);
      expect(stdout.match(/ removed: 2 newer ones are kept$/gm) ?? []).toHaveLength(removed);
      made.push(/^(.*): \d+ documents/m.exec(stdout)![1]!);
    }
    expect(readdirSync(folder).sort()).toEqual(made.slice(1).map((file) => path.basename(file)));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder))
      expect(statSync(path.join(folder, name)).mode & 0o777).toBe(0o600);
  });

  it('refuses a database that the stack of this folder does not use, whose backups would push out its own', async () => {
    const stack = path.join(dir, 'stack.json');
    await writeFile(stack, '{}');
    for (const args of [[], ['--keep', '1']]) {
      const { status, stderr } = await runCommand('backup', args, environment({ TASKFLEET_FOREIGN: 'true' }));
      expect([status, stderr]).toEqual([2, expect.stringContaining('Name the FILE')]);
    }
    await rm(stack);
  });

  it('encrypts if there is a key, and a rehearsal needs it', async () => {
    const key = path.join(dir, 'key');
    const made = await runCommand('backup', ['--new-key', key], environment());
    expect(made).toMatchObject({ status: 0, stdout: expect.stringContaining('keep a copy') as string });
    const { stdout } = await keep('2', { BACKUP_KEY_FILE: key });
    expect(stdout).toMatch(/\.gz\.age: \d+ documents .* MB, encrypted, read back and counted$/m);
    expect(await rehearse()).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/is encrypted: set BACKUP_KEY_FILE/) as string,
    });
    const env = environment({ BACKUP_KEY_FILE: key });
    expect(await runCommand('restore', ['--rehearse'], env)).toMatchObject({ status: 0 });
  });

  it('refuses while another one runs', async () => {
    const free = await createLock(data.mongo.db, 'backup').attempt(async () => {
      const { status, stderr } = await keep('2');
      expect([status, stderr]).toEqual([
        1,
        expect.stringMatching(/^Another backup is under way \(.+, process \d+/),
      ]);
    });
    expect(free).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves no file of a good name if it is killed, and the next one removes the rest', async () => {
    const noise = Array.from({ length: 600_000 }, (_, at) =>
      String.fromCharCode(32 + ((at * at * 31 + at) % 90)),
    );
    const large = Array.from({ length: 40 }, (_, number) => ({ number, text: noise.join('') }));
    await data.mongo.db.collection('large').insertMany(large);
    const command = path.join(__dirname, '..', '..', '..', 'dist', 'cli', 'backup.js');
    const env = { PATH: process.env.PATH, ...environment() };
    const child = spawn(process.execPath, [command, '--keep', '2'], { env, stdio: 'ignore' });
    const listed = () => {
      try {
        return readdirSync(folder);
      } catch {
        return [];
      }
    };
    const part = await eventually(() => listed().find((name) => name.endsWith('.part')));
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(listed()).toEqual([part]);
    expect((await keep('2')).stderr).toMatch(/^Another backup is under way .*\n.*ends within 15 seconds/);

    await data.mongo.db.collection('large').drop();
    // These seconds and a minute pass.
    await data.mongo.db.collection('locks').deleteMany({});
    utimesSync(path.join(folder, part), 0, 0);
    expect(await keep('2')).toMatchObject({ status: 0 });
    expect(listed()).toEqual([expect.stringMatching(/^taskfleet-.*Z\.gz$/)]);
  });

  it('refuses arguments that do not go together', async () => {
    for (const args of [
      ['--keep', '0'],
      ['--keep', '2', 'a.gz'],
      ['--new-key', 'key', 'a.gz'],
      ['--new-key', 'key', '--keep', '2'],
    ])
      expect(await runCommand('backup', args, environment())).toMatchObject({ status: 2, stdout: '' });
    for (const args of [
      ['--rehearse', '--while-serving'],
      ['--rehearse', '--empty', 'x'],
    ])
      expect(await runCommand('restore', args, environment())).toMatchObject({ status: 2, stdout: '' });
  });
});

describe('a backup on a full disk', () => {
  const small = newFolder();
  const disk = use(
    () => mountSmallDisk(small, 4),
    ({ unmount }) => unmount(),
  );

  it('says so, leaves no file, and keeps the earlier ones', async () => {
    const env = environment({ DATA_DIR: small });
    expect(await runCommand('backup', ['--keep', '1'], env)).toMatchObject({ status: 0 });
    const before = readdirSync(path.join(small, 'backups'));
    disk.fill();
    const { status, stderr } = await runCommand('backup', ['--keep', '1'], env);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/no space left on the disk .*ENOSPC/)]);
    expect(readdirSync(path.join(small, 'backups'))).toEqual(before);
  });
});

describe('a backup that cannot be read back', () => {
  it('is named, kept aside and does not count', async () => {
    const good = await keep('1');
    expect(good.status).toBe(0);
    const file = path.join(folder, nameOf(new Date(), false));
    const onWritten = async (part: string) => {
      const bytes = await readFile(part);
      bytes[bytes.length >> 1]! ^= 16;
      await writeFile(part, bytes);
    };
    const written = writeBackup({ ...data, file, onWritten });
    await expect(written).rejects.toThrow(
      /cannot be read back: .*does not count.*\.bad keeps it for a look/s,
    );
    expect(readdirSync(folder).sort()).toEqual([
      expect.stringMatching(/Z\.gz$/),
      `${path.basename(file)}.bad`,
    ]);
  });
});

describe('restore --rehearse', () => {
  it('takes the newest backup, and says that and how fast it can be restored', async () => {
    expect(await rehearse()).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/backups holds no backup: name a FILE, or make one/) as string,
    });
    await keep('2');
    await data.mongo.db.collection('later').insertOne({ since: 'the backup' });
    await keep('2');
    const [older, newest] = readdirSync(folder).sort();
    const latest = await rehearse();
    expect([latest.status, latest.stdout]).toEqual([
      0,
      expect.stringMatching(
        /can be restored: all \d+ documents are there\n.*takes \d+\.\d s .*_rehearsal is removed/,
      ),
    ]);
    expect(latest.stdout).toContain(
      `Restoring ${path.join(folder, newest!)} into ${data.namespace}_rehearsal`,
    );
    const named = await rehearse(path.join(folder, older!));
    expect(named).toMatchObject({ status: 0, stdout: expect.stringContaining(older!) as string });
    expect(await data.mongo.db.collection('later').countDocuments()).toBe(1);
    await data.mongo.db.collection('later').drop();
  });

  it('names what is wrong with a backup, and leaves no database', async () => {
    await keep('1');
    const [name] = readdirSync(folder);
    const bytes = await readFile(path.join(folder, name!));
    await writeFile(path.join(folder, name!), bytes.subarray(0, bytes.length - 50));
    const { status, stderr } = await rehearse();
    expect([status, stderr]).toEqual([1, expect.stringMatching(/cannot be used: .*try another backup/)]);
  });
});
