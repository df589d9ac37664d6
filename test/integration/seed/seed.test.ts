import request from 'supertest';
import { composeData } from '../../../src/compose/store';
import { createLogger } from '../../../src/process/logger';
import { seedData } from '../../../src/seed/seed-data';
import { userAt } from '../../../src/seed/made-up';
import { testConfig } from '../../support/api';
import { type Account } from '../../support/factories';
import { use } from '../../support/use';
import { useAdmin, useApi } from '../../support/use-api';

const PASSWORD = 'correct horse';
const api = useApi();
const admin = useAdmin(api);
const data = use(
  () => composeData(testConfig(api.namespace), createLogger('silent', 'test')),
  ({ close }) => close(),
);
let passwordHash: string;
beforeAll(async () => {
  passwordHash = await data.hashPool.hash(PASSWORD);
});

const seed = (users: number, tasks: number, number = 1) =>
  seedData({ users: data.users, tasks: data.tasks, passwordHash, seed: number, count: { users, tasks } });

describe('the seed', () => {
  it('makes what the API would make, visible at once, and nothing twice', async () => {
    const total = async () =>
      (await admin.get('/tasks?limit=1&count=true').expect(200)).headers['x-total-count'];
    expect(await total()).toBe('0');
    expect(await seed(10, 600)).toEqual({ users: 10, tasks: 600 });
    await data.listsChanged();
    expect(await total()).toBe('600');
    expect(await seed(10, 600)).toEqual({ users: 0, tasks: 0 });
    expect(await seed(12, 700)).toEqual({ users: 2, tasks: 100 });

    const { email, username } = userAt(1, 0, '');
    const { body } = await request(api.server)
      .post('/users/login')
      .send({ email, password: PASSWORD })
      .expect(200);
    expect(body.user.username).toBe(username);
    expect(body.user.tasks.length).toBeGreaterThan(0);
    const found = await admin.get(`/users?q=${username.split('.')[1]}`).expect(200);
    expect(found.body.map((user: Account) => user.username)).toContain(username);

    // It has every field that a record of the API has, of the same type.
    const made = await admin.post('/tasks', { title: 'One', deadline: '2027-01-01' }).expect(201);
    const shape = (record: object | null) =>
      Object.fromEntries(Object.entries(record!).map(([name, value]) => [name, typeof value]));
    const own = await data.tasks.byId(made.body._id);
    const seeded = await data.mongo.db
      .collection('tasks')
      .findOne({ title: { $ne: 'One' }, deadline: { $ne: null } });
    expect(shape(seeded)).toEqual(shape(own));
    expect(await data.mongo.db.collection('users').findOne({ username })).toMatchObject({
      version: 1,
      uploads: expect.any(Number),
    });
  });

  it('makes the same for the same number, and something else for another', async () => {
    expect(userAt(7, 3, 'x')).toEqual(userAt(7, 3, 'x'));
    expect(userAt(7, 3, 'x').id).not.toBe(userAt(8, 3, 'x').id);
    const before = await data.mongo.db.collection('tasks').countDocuments();
    await seed(3, 50, 2);
    expect(await data.mongo.db.collection('tasks').countDocuments()).toBe(before + 50);
  });

  it('resumes after an interruption', async () => {
    const stopped = new AbortController();
    const options = {
      users: data.users,
      tasks: data.tasks,
      passwordHash,
      seed: 3,
      count: { users: 3, tasks: 1_200 },
    };
    const interrupted = seedData({
      ...options,
      signal: stopped.signal,
      onProgress: (done, total) =>
        void (done > 3 && total === 1_203 && stopped.abort(new Error('Interrupted'))),
    });
    await expect(interrupted).rejects.toThrow('Interrupted');
    expect(await seedData(options)).toEqual({ users: 0, tasks: 700 });
  });
});
