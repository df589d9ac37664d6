import path from 'node:path';
import { REHEARSAL, rehearseRestore, scratchOf } from '../../../src/backup/rehearse-restore';
import { writeBackup } from '../../../src/backup/write-backup';
import { createLock } from '../../../src/infra/mongo/lock';
import { dropDatabase } from '../../support/api';
import { newFolder } from '../../support/folder';
import { everything, openData, seedSome, useData, type Data } from '../../support/stored';
import { use } from '../../support/use';

const live = useData();
const file = path.join(newFolder(), 'a.gz');
const scratch = use(
  () => openData(live.namespace, scratchOf(live.namespace)),
  async ({ close, dump }) => {
    await close();
    await dropDatabase(dump.database);
  },
);
let before: Record<string, string[]>;

beforeAll(async () => {
  await live.prepare();
  await seedSome(live);
  const expiresAt = new Date(Date.now() + 3_600_000);
  const keys = [1, 2, 3].map((number) => ({ _id: `key ${number}` as never, expiresAt }));
  await live.mongo.db.collection('idempotency_keys').insertMany(keys);
  await writeBackup({ ...live, file });
  before = await everything(live);
});
afterEach(async () => {
  expect(await everything(live)).toEqual(before);
  expect(await scratch.mongo.db.listCollections().toArray()).toEqual([]);
});

const lock = () => createLock(scratch.mongo.db, REHEARSAL, { leaseMs: 2_000 });
const rehearse = (change: Partial<Data['dump']> = {}, ends?: AbortSignal) => {
  const { dump, migrations, prepare, prepareEmpty } = scratch;
  const changed = { ...dump, ...change };
  return rehearseRestore({
    dump: changed,
    migrations,
    prepare,
    prepareEmpty,
    file,
    lock: lock(),
    signal: ends,
  });
};

describe('a rehearsal', () => {
  it('restores into a database of its own, and removes it', async () => {
    expect(scratch.dump.database).toBe(`${live.namespace}_rehearsal`);
    const { header, records, restoreMs } = await rehearse();
    expect(header.database).toBe(live.namespace);
    expect(records).toBe(Object.values(header.counts).reduce((sum, count) => sum + count));
    expect(restoreMs).toBeGreaterThan(0);
  });

  it('has the indexes and migrations of a restore', async () => {
    const seen: string[] = [];
    const { dump, migrations, prepareEmpty } = scratch;
    const prepare = async () => {
      await scratch.prepare();
      const indexes = await scratch.mongo.db.collection('users').indexes();
      seen.push(...indexes.filter(({ unique }) => unique).map(({ key }) => Object.keys(key)[0]!));
    };
    await rehearseRestore({ dump, migrations, prepareEmpty, prepare, file, lock: lock() });
    expect(seen).toEqual(expect.arrayContaining(['emailKey', 'usernameKey']));
  });

  it('finds a single record that is not as in the backup, though the counts agree', async () => {
    const insert: Data['dump']['insert'] = (name, documents) =>
      scratch.dump.insert(
        name,
        name === 'tasks'
          ? documents.map((one, index) => (index === 7 ? { ...one, title: 'x' } : one))
          : documents,
      );
    await expect(rehearse({ insert })).rejects.toThrow(
      /^The restored tasks differ .*60 records of 60, or others/,
    );
  });

  it('counts what has expired since the backup, and misses anything else', async () => {
    const without = (wanted: string): Partial<Data['dump']> => ({
      insert: (name, documents) =>
        scratch.dump.insert(name, name === wanted ? documents.slice(1) : documents),
    });
    expect((await rehearse(without('idempotency_keys'))).expired).toBe(1);
    await expect(rehearse(without('users'))).rejects.toThrow('users: 4 instead of 5');
  });

  it('removes what a killed one left', async () => {
    // A kill in the middle leaves a lock that ends by itself, and the collections.
    await scratch.mongo.db.collection('tasks').insertOne({ title: 'left' });
    await scratch.mongo.db
      .collection<{ _id: string }>('locks')
      .insertOne({ _id: REHEARSAL, owner: 'killed', expiresAt: new Date(0) } as never);
    expect((await rehearse()).expired).toBe(0);
  });

  it('leaves a database of that name alone if it holds anything of others', async () => {
    const tasks = scratch.mongo.db.collection('tasks');
    await tasks.insertOne({ title: 'of others' });
    await expect(rehearse()).rejects.toThrow(
      /needs the database .*_rehearsal for itself, but that holds tasks/,
    );
    expect(await tasks.countDocuments()).toBe(1);
    await tasks.drop();
  });

  it('refuses while another one runs, and says which', async () => {
    const free = await lock().attempt(async () => {
      await expect(rehearse()).rejects.toThrow(/^Another rehearsal is under way \(.+, process \d+/);
    });
    expect(free).toBe(true);
    await scratch.dump.removeAll();
  });

  it('removes its database if it is interrupted', async () => {
    const controller = new AbortController();
    const insert: Data['dump']['insert'] = async (name, documents) => {
      await scratch.dump.insert(name, documents);
      controller.abort(new Error('Interrupted'));
    };
    await expect(rehearse({ insert }, controller.signal)).rejects.toThrow('Interrupted');
  });
});
