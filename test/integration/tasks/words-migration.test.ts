import { type Database } from '../../../src/infra/mongo/mongo';
import { deriveAgain } from '../../../src/infra/mongo/backfill';
import { down, up } from '../../../src/migrations/20261126000000-words-of-all-scripts';
import { buildTask } from '../../support/factories';
import { useAdmin, useApi, useMongo } from '../../support/use-api';

const api = useApi({ CACHE_TTL_SECONDS: '1' });
const mongo = useMongo(api);
const admin = useAdmin(api);

const tasks = () => mongo.db.collection('tasks');
/** Words as the version before wrote them: all marks stripped before the split. */
const oldWords = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().split(/[ :]/);

async function found(path: string, q: string): Promise<string[]> {
  const { body } = await admin.get(`${path}?q=${encodeURIComponent(q)}&count=true`).expect(200);
  return (body as { title?: string; name?: string }[]).map(({ title, name }) => (title ?? name)!);
}

describe('the migration of words', () => {
  it('brings along the words of tasks and users, from the middle and again, and leaves versions as they are', async () => {
    const titles = ['Στόχος:παράδοση', 'パパ', 'दान', 'мой'];
    for (const title of titles) await buildTask(api, admin, { title });
    // More than a batch, of which most have the words of now.
    const plain = {
      status: 'to Do',
      priority: 1,
      position: 0,
      labels: [],
      version: 1,
      createdAt: new Date(0),
    };
    await tasks().insertMany(
      Array.from({ length: 1_100 }, () => ({ ...plain, title: 'Zaun', words: ['zaun'] })),
    );
    for (const title of titles) await tasks().updateOne({ title }, { $set: { words: oldWords(title) } });
    await mongo.db
      .collection('users')
      .updateOne({ username: admin.username }, { $set: { name: 'Йосиф', words: oldWords('Йосиф') } });
    const versions = await tasks().find().sort({ _id: 1 }).project({ version: 1, updatedAt: 1 }).toArray();

    // Died in the middle: the first of them is done.
    const [first] = await tasks().find({ title: titles[0] }).toArray();
    await tasks().updateOne({ _id: first!._id }, { $set: { words: ['στοχοσ', 'παραδοση'] } });
    await up(mongo.db);
    expect(await found('/tasks', 'στόχος')).toEqual(['Στόχος:παράδοση']);
    expect(await found('/tasks', 'ハハ')).toEqual([]);
    expect(await found('/tasks', 'ﾊﾟﾊﾟ')).toEqual(['パパ']);
    expect(await found('/tasks', 'दिन')).toEqual([]);
    expect(await found('/tasks', 'दान')).toEqual(['दान']);
    expect(await found('/tasks', 'мои')).toEqual([]);
    expect(await found('/users', 'йосиф')).toEqual(['Йосиф']);
    expect(await tasks().find().sort({ _id: 1 }).project({ version: 1, updatedAt: 1 }).toArray()).toEqual(
      versions,
    );

    // A worker of the version before wrote meanwhile: the migration is taken back and applied once more.
    await tasks().updateOne({ title: 'мой' }, { $set: { words: oldWords('мой') } });
    await down();
    await up(mongo.db);
    expect((await tasks().findOne({ title: 'мой' }))!.words).toEqual(['мой']);
  });

  it('leaves a task alone that another writer changed meanwhile', async () => {
    // All in one batch.
    await tasks().deleteMany({ title: 'Zaun' });
    const { _id } = await buildTask(api, admin, { title: 'Before' });
    const real = tasks();
    const changing = {
      find: real.find.bind(real),
      async bulkWrite(...given: Parameters<typeof real.bulkWrite>) {
        await real.updateOne({ title: 'Before' }, { $set: { title: 'After', words: ['after'] } });
        return real.bulkWrite(...given);
      },
    };
    const changed = await deriveAgain<{ title: string }>(
      { collection: () => changing } as unknown as Database,
      'tasks',
      ['title'],
      ({ title }) => ({ words: [`again ${title}`] }),
    );
    expect(changed).toBeGreaterThan(0);
    const { body } = await admin.get(`/tasks/${_id}`).expect(200);
    expect(body.title).toBe('After');
    expect((await real.findOne({ title: 'After' }))!.words).toEqual(['after']);
    expect((await real.findOne({ title: 'パパ' }))!.words).toEqual(['again パパ']);
  });
});
