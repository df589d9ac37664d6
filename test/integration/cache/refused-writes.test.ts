import { randomBytes } from 'node:crypto';
import { type Account, as, buildTask, cachedRead, knows, newPerson } from '../../support/factories';
import { useAdmin, useApis, useMember, useMongo, useRedis } from '../../support/use-api';

/** Two API workers on a Redis of their own: one refuses writes, the other reads. */
const redis = useRedis();
const [reader, writer] = useApis(() => ({ REDIS_URL: redis.url }));
const mongo = useMongo(writer);
const admin = useAdmin(writer);
const owner = useMember(writer);
const stranger = useMember(writer);
let task: Awaited<ReturnType<typeof buildTask>>;

const absent = randomBytes(12).toString('hex');
const WRONG = '"9.abcdefghijklmnop"';

beforeAll(async () => {
  task = await buildTask(writer, admin, { assignedTo: owner.id, title: 'A task' });
  await admin.put(`/tasks/${task._id}`, { status: 'Done' }).expect(409);
});

const reads = (): [Account, string][] => [
  [admin, '/tasks'],
  [admin, '/users'],
  [admin, `/tasks/${task._id}`],
  [owner, '/tasks'],
  [owner, `/users/${owner.id}`],
  [stranger, '/tasks'],
  [stranger, `/users/${stranger.id}`],
];

const states = () =>
  Promise.all(reads().map(async ([who, path]) => (await cachedRead(reader, who, path)).headers['x-cache']));
const allHit = () => reads().map(() => 'HIT');

async function warm(): Promise<void> {
  await states();
  expect(await states()).toEqual(allHit());
}

/** Each refusal with its status. */
const refusals: [string, number, () => Promise<{ status: number }>][] = [
  ["PATCH of another's task", 404, () => stranger.patch(`/tasks/${task._id}`, { status: 'Doing' })],
  ["PUT of another's task", 404, () => stranger.put(`/tasks/${task._id}`, { status: 'Doing' })],
  ['PATCH of no task', 404, () => admin.patch(`/tasks/${absent}`, { title: 'x' })],
  [
    'PATCH of a task with a wrong If-Match by its assignee',
    412,
    () => owner.patch(`/tasks/${task._id}`, { status: 'Doing' }).set('If-Match', WRONG),
  ],
  [
    'PATCH of a task with a wrong If-Match by an Admin',
    412,
    () => admin.patch(`/tasks/${task._id}`, { title: 'x' }).set('If-Match', WRONG),
  ],
  [
    'PATCH of a task with If-None-Match: *',
    412,
    () => owner.patch(`/tasks/${task._id}`, { status: 'Doing' }).set('If-None-Match', '*'),
  ],
  ['a move that the status forbids', 409, () => owner.patch(`/tasks/${task._id}`, { status: 'Done' })],
  ['a field that the role forbids', 403, () => owner.patch(`/tasks/${task._id}`, { title: 'x' })],
  ['DELETE of a task by a member', 403, () => owner.delete(`/tasks/${task._id}`)],
  [
    'DELETE of a task with a wrong If-Match',
    412,
    () => admin.delete(`/tasks/${task._id}`).set('If-Match', WRONG),
  ],
  [
    'PATCH of a user with a wrong If-Match',
    412,
    () => owner.patch(`/users/${owner.id}`, { name: 'x' }).set('If-Match', WRONG),
  ],
  [
    'DELETE of a user with a wrong If-Match',
    412,
    () => owner.delete(`/users/${owner.id}`, knows(owner)).set('If-Match', WRONG),
  ],
  ['PATCH of another user', 403, () => stranger.patch(`/users/${owner.id}`, { name: 'x' })],
  ['DELETE of another user', 403, () => stranger.delete(`/users/${owner.id}`)],
  [
    'a name that is taken',
    409,
    () => owner.patch(`/users/${owner.id}`, { email: stranger.email, ...knows(owner) }),
  ],
  ['a name without the password', 403, () => owner.patch(`/users/${owner.id}`, { email: 'a@b.example' })],
  ['DELETE of oneself without the password', 403, () => owner.delete(`/users/${owner.id}`)],
  ['a role', 403, () => owner.patch(`/users/${owner.id}`, { role: 'Admin' })],
  [
    'a sign-up with a name that is taken',
    409,
    () => as(writer, { token: '' }).post('/users/signup', newPerson({ email: owner.email })),
  ],
  [
    'an upload that is not a picture',
    415,
    () => owner.put(`/users/${owner.id}/avatar`).type('image/png').send('no picture'),
  ],
];

describe('a refused write', () => {
  it.each(refusals)('%s ends nothing that is cached', async (_name, status, send) => {
    await warm();
    for (let count = 0; count < 3; count += 1) expect((await send()).status).toBe(status);
    expect(await states()).toEqual(allHit());
  });

  it('ends nothing long after the last change, even if Redis has forgotten the change', async () => {
    const old = await buildTask(writer, admin, { title: 'Old' });
    const hourAgo = new Date(Date.now() - 3_600_000);
    await mongo.db.collection('tasks').updateOne({ title: 'Old' }, { $set: { updatedAt: hourAgo } });
    await redis.command('FLUSHALL');
    await warm();
    await admin.patch(`/tasks/${old._id}`, { title: 'x' }).set('If-Match', WRONG).expect(412);
    expect(await states()).toEqual(allHit());
  });

  it('ends lists once for a removal that finds nothing, since an earlier one may have died before it ended them', async () => {
    const id = randomBytes(12).toString('hex');
    await admin.delete(`/tasks/${id}`).expect(404);
    await warm();
    for (let count = 0; count < 3; count += 1) await admin.delete(`/tasks/${id}`).expect(404);
    expect(await states()).toEqual(allHit());
  });

  it('ends no list of others if a member sends an own task back unchanged', async () => {
    const { body: own } = await as(reader, owner).get(`/tasks/${task._id}`).expect(200);
    await warm();
    await owner.put(`/tasks/${task._id}`, own).expect(200);
    const found = await states();
    expect(reads().filter((_, index) => found[index] === 'HIT')).toEqual(
      expect.arrayContaining([
        [stranger, '/tasks'],
        [stranger, `/users/${stranger.id}`],
      ]),
    );
  });

  it('ends nothing for the replay of a creation', async () => {
    const create = () =>
      admin.post('/tasks', { title: 'Once', assignedTo: owner.id }).set('Idempotency-Key', '"one"');
    const person = newPerson();
    const join = () =>
      as(writer, { token: '' }).post('/users/signup', person).set('Idempotency-Key', '"two"');
    await create().expect(201);
    await join().expect(201);
    await warm();
    for (let count = 0; count < 3; count += 1) {
      expect((await create().expect(201)).headers['idempotent-replayed']).toBe('true');
      expect((await join().expect(201)).headers['idempotent-replayed']).toBe('true');
    }
    expect(await states()).toEqual(allHit());
  });

  /** Simulates a writer that dies after its commit and before it notifies Redis. */
  async function changeWithoutAWord(collection: string, filter: object, set: object): Promise<void> {
    const change = { $set: { ...set, updatedAt: new Date() }, $inc: { version: 1 } };
    await mongo.db.collection(collection).updateOne(filter, change);
  }

  describe('a refusal that shows the write of a dead writer', () => {
    it('of a task is not newer than later reads, and ends cached answers once', async () => {
      await warm();
      await changeWithoutAWord('tasks', { title: 'A task' }, { status: 'Doing' });
      await owner.patch(`/tasks/${task._id}`, { status: 'Done' }).set('If-Match', WRONG).expect(412);
      const { body } = await as(reader, owner).get(`/tasks/${task._id}`).expect(200);
      expect(body.status).toBe('Doing');
      for (const who of [owner, admin]) {
        const { body: list } = await as(reader, who).get('/tasks').expect(200);
        expect(list.find(({ _id }: { _id: string }) => _id === task._id).status).toBe('Doing');
      }
      await warm();
      await owner.patch(`/tasks/${task._id}`, { status: 'Done' }).set('If-Match', WRONG).expect(412);
      expect(await states()).toEqual(allHit());
    });

    it('of a user is not newer than later reads, and ends cached answers once', async () => {
      await warm();
      await changeWithoutAWord('users', { username: owner.username }, { name: 'Renamed' });
      const refused = () => owner.patch(`/users/${owner.id}`, { name: 'x' }).set('If-Match', WRONG);
      await refused().expect(412);
      expect((await as(reader, owner).get(`/users/${owner.id}`).expect(200)).body.name).toBe('Renamed');
      expect((await as(reader, owner).get(`/tasks/${task._id}`).expect(200)).body.assignedTo.name).toBe(
        'Renamed',
      );
      await warm();
      await refused().expect(412);
      expect(await states()).toEqual(allHit());
    });
  });
});
