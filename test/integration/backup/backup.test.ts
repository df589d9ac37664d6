import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import mongoose from 'mongoose';
import { restoreBackup } from '../../../src/backup/restore-backup';
import { writeBackup } from '../../../src/backup/write-backup';
import { dropDatabase, newNamespace, startApi } from '../../support/api';
import { buildAdmin, buildTask, cachedRead } from '../../support/factories';
import { everything, openData as open, seedSome, type Data } from '../../support/stored';

const { Binary, Decimal128, Double, Int32, Long, ObjectId, Timestamp, UUID } = mongoose.mongo.BSON;

const [source, target] = [newNamespace(), newNamespace()];
let [from, to]: Data[] = [];
let folder: string;
let file: string;

const restore = (
  { dump, migrations, prepare, prepareEmpty, forgetCached }: Data,
  name: string,
  empty?: string,
) => restoreBackup({ dump, migrations, prepare, prepareEmpty, forgetCached, file: name, empty });

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'backup-'));
  file = path.join(folder, 'a.gz');
  [from, to] = [await open(source), await open(target)];
  await from.prepare();
  await seedSome(from, { users: 20, tasks: 1_500 });
  const ids = { jobId: String(new ObjectId()), userId: String(new ObjectId()) };
  await from.avatars.files.write('64.webp', Buffer.alloc(600_000, 'picture'), ids);
  await from.mongo.db.collection('odd').insertOne({
    numbers: [
      new Int32(1),
      new Double(1),
      Long.fromString('9007199254740993'),
      new Double(NaN),
      new Double(-0),
    ],
    money: Decimal128.fromString('0.10'),
    bytes: [new Binary(Buffer.from([0, 255, 10]), 0), new UUID()],
    times: [new Date(0), new Date(-1), new Timestamp({ t: 1, i: 2 })],
    texts: ['line\nbreak \u2028 \u0000', '{"$oid":"x"}'],
    nothing: null,
    64: new ObjectId(),
    pattern: /a\/b/i,
  });
  const written = await writeBackup({ dump: from.dump, migrations: from.migrations, file });
  expect(written.counts).toMatchObject({ users: 20, tasks: 1_500, 'avatar_files.files': 1, odd: 1 });
});

afterAll(async () => {
  await Promise.all([from!.close(), to!.close(), rm(folder, { recursive: true })]);
  await Promise.all([dropDatabase(source), dropDatabase(target)]);
});

describe('a backup', () => {
  it('writes one file, which only its owner can read, and never overwrites one', async () => {
    expect(await readdir(folder)).toEqual(['a.gz']);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const again = writeBackup({ dump: from!.dump, migrations: from!.migrations, file });
    await expect(again).rejects.toThrow('already exists');
  });

  it('removes the parts of killed backups, but not of running ones', async () => {
    const [left, going] = ['b.gz.999999999.part', `b.gz.${process.ppid}.part`].map((name) =>
      path.join(folder, name),
    );
    for (const part of [left!, going!]) {
      await writeFile(part, 'half');
      await utimes(part, 0, 0);
    }
    const second = path.join(folder, 'b.gz');
    await writeBackup({ dump: from!.dump, migrations: from!.migrations, file: second });
    expect((await readdir(folder)).sort()).toEqual(['a.gz', 'b.gz', path.basename(going!)]);
    await rm(second);
    await rm(going!);
  });

  describe('a file that is not whole', () => {
    const changed = (text: string, to: (text: string) => string) => gzipSync(to(text));
    const cases: [string, (bytes: Buffer, text: string) => Buffer][] = [
      ['truncated', (bytes) => bytes.subarray(0, bytes.length - 100)],
      [
        'with a flipped bit',
        (bytes) => Buffer.from(bytes.map((byte, at) => (at === 5_000 ? byte ^ 8 : byte))),
      ],
      ['without its end', (_, text) => changed(text, (all) => all.slice(0, all.lastIndexOf('{"end"')))],
      ['with another word', (_, text) => changed(text, (all) => all.replace('worker', 'Admin!'))],
      ['without one document', (_, text) => changed(text, (all) => all.replace(/\n.*\n/, '\n'))],
      ['of a newer version', (_, text) => changed(text, (all) => all.replace('"version":1', '"version":2'))],
      ['of something else', () => gzipSync('hello\n')],
      ['not even packed', () => Buffer.from('hello')],
    ];
    it.each(cases)('%s is refused, and nothing is written', async (_name, breakIt) => {
      const bytes = await readFile(file);
      const broken = path.join(folder, 'broken.gz');
      await writeFile(broken, breakIt(bytes, gunzipSync(bytes).toString('utf8')));
      await expect(restore(to!, broken)).rejects.toThrow('cannot be used');
      expect(await to!.mongo.db.listCollections().toArray()).toEqual([]);
    });
  });

  it('refuses what a newer version has migrated', async () => {
    const migrations = { ...to!.migrations, names: async () => ['20260101000000-other.js'] };
    await expect(restore({ ...to!, migrations }, file)).rejects.toThrow('from a newer taskfleet');
  });

  it('restores each document and index while a worker runs that has cached the empty lists', async () => {
    const api = await startApi(target);
    const admin = await buildAdmin(api);
    const list = () => admin.get('/tasks?limit=1');
    await buildTask(api, admin);
    await cachedRead(api, admin, '/tasks?limit=1');
    expect((await cachedRead(api, admin, '/tasks?limit=1')).headers['x-cache']).toBe('HIT');
    await expect(restore(to!, file)).rejects.toThrow(
      /not empty \(2 in audit, 1 in sessions, 1 in tasks, 1 in users\).*--empty/s,
    );
    await expect(restore(to!, file, source)).rejects.toThrow('The restore had no effect');

    await restore(to!, file, target);
    const restored = await everything(to!);
    expect(Object.keys(restored)).toEqual(
      expect.arrayContaining(['avatar_files.chunks', 'migrations', 'odd']),
    );
    expect(restored).toEqual(await everything(from!));
    const [task] = await to!.mongo.db.collection('tasks').find().sort({ createdAt: -1, _id: -1 }).toArray();
    expect((await list().expect(200)).body).toMatchObject([{ _id: String(task!._id) }]);
    const indexes = async ({ mongo }: Data) =>
      (await mongo.db.collection('users').indexes()).map(({ name }) => name);
    expect(await indexes(to!)).toEqual(await indexes(from!));
    await api.close();
  });

  it('ends the cache before it removes anything, and keeps it off if it fails in the middle', async () => {
    const epoch = async () =>
      ((await to!.mongo.db.collection('notices').findOne({ _id: 'cache-off' as never }))
        ?.cacheOffUntil as Date) ?? null;
    const before = await epoch();
    const seen: unknown[] = [];
    const dump = {
      ...to!.dump,
      dropAll: async () => {
        seen.push(await epoch(), await to!.mongo.db.collection('tasks').countDocuments());
        await to!.dump.dropAll();
      },
      insert: async () => {
        throw new Error('no space left');
      },
    };
    // Another process, since this one has turned the cache off not long ago.
    const fresh = await open(target);
    await expect(restore({ ...fresh, dump }, file, target)).rejects.toThrow('no space left');
    await fresh.close();
    const [off, tasks] = seen as [Date, number];
    expect(off.getTime()).toBeGreaterThan(before?.getTime() ?? 0);
    expect(tasks).toBeGreaterThan(0);
    expect(await epoch()).toEqual(off);

    // If the workers can't be notified, nothing is removed.
    const forgetCached = () => Promise.reject(new Error('MongoDB is away'));
    await restore(to!, file, target);
    await expect(restore({ ...to!, forgetCached }, file, target)).rejects.toThrow('MongoDB is away');
    expect(await everything(to!)).toEqual(await everything(from!));
  });

  it('creates the indexes that suit any data while there are no documents', async () => {
    const before: string[][] = [];
    const dump = {
      ...to!.dump,
      insert: async (name: string, documents: Parameters<Data['dump']['insert']>[1]) => {
        const indexes = await to!.mongo.db.collection('tasks').indexes();
        before.push(indexes.map(({ key }) => Object.keys(key)[0]!));
        return to!.dump.insert(name, documents);
      },
    };
    await restore({ ...to!, dump }, file, target);
    expect(before[0]).toEqual(expect.arrayContaining(['words', 'createdAt']));
    expect(await everything(to!)).toEqual(await everything(from!));
  });

  it('stops at once if interrupted, without a partial file, and reports a partial database', async () => {
    const interrupted = AbortSignal.abort(new Error('Interrupted'));
    const half = path.join(folder, 'half.gz');
    const { dump, migrations } = from!;
    const backup = writeBackup({ dump, migrations, file: half, signal: interrupted });
    await expect(backup).rejects.toThrow('no file was written');
    expect((await readdir(folder)).filter((name) => name.startsWith('half'))).toEqual([]);

    const restoring = new AbortController();
    let hasBegun = false;
    const options = {
      ...to!,
      file,
      empty: target,
      signal: restoring.signal,
      onBegin: () => (hasBegun = true),
    };
    const onProgress = () => restoring.abort(new Error('Interrupted'));
    await expect(restoreBackup({ ...options, onProgress })).rejects.toThrow('Interrupted');
    expect(hasBegun).toBe(true);
    // No lock is left for which the next restore would wait.
    await restore(to!, file, target);
    expect(await everything(to!)).toEqual(await everything(from!));
  });
});
