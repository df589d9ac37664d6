import { buildTask } from '../../support/factories';
import { useAdmin, useApi, useMember, useMongo } from '../../support/use-api';

const api = useApi();
const admin = useAdmin(api);
const member = useMember(api);
const mongo = useMongo(api);

const whole = {
  title: 'Paint',
  description: 'Both sides',
  status: 'Doing',
  priority: 'urgent',
  labels: ['garden', 'summer'],
  position: 3.5,
  deadline: '2030-01-02T03:04:05.000Z',
};

describe('PATCH /tasks/:id', () => {
  it('keeps other fields', async () => {
    const { _id } = await buildTask(api, admin, { ...whole, assignedTo: member.id });
    for (const change of [{ priority: 'low' }, { labels: ['winter'] }, { position: -1 }, { title: 'New' }]) {
      const { body: before } = await admin.get(`/tasks/${_id}`);
      const { body } = await admin.patch(`/tasks/${_id}`, change).expect(200);
      expect(body).toEqual({ ...before, ...change, updatedAt: body.updatedAt });
    }
  });

  it('resets null fields to the defaults of a new task (RFC 7396)', async () => {
    const { _id } = await buildTask(api, admin, { ...whole, assignedTo: member.id });
    const cleared = { description: null, priority: null, labels: null, assignedTo: null, deadline: null };
    const { body } = await admin.patch(`/tasks/${_id}`, cleared).expect(200);
    const fresh = { description: '', priority: 'normal', labels: [], assignedTo: null, deadline: null };
    expect(body).toMatchObject({ ...fresh, title: 'Paint', status: 'Doing', position: 3.5 });
  });

  it('puts a task without a position at the end', async () => {
    const { _id } = await buildTask(api, admin, { position: 5 });
    const newest = await buildTask(api, admin);
    await admin.patch(`/tasks/${_id}`, { position: null }).expect(200);
    const { body } = await admin.get('/tasks?sort=-position&limit=2&status=to%20Do').expect(200);
    expect(body.map((task: { _id: string }) => task._id)).toEqual([_id, newest._id]);
  });

  it.each([
    [{ title: null }, 'body.title'],
    [{ status: null }, 'body.status'],
    [{ priority: 'extreme' }, 'body.priority'],
    [{ labels: ['x', ''] }, 'body.labels.1'],
    [{ labels: Array(21).fill('x') }, 'body.labels'],
    [{ position: 'first' }, 'body.position'],
    [{ colour: null }, 'body.colour'],
  ])('refuses %j', async (change, path) => {
    const { _id } = await buildTask(api, admin);
    const { body } = await admin.patch(`/tasks/${_id}`, change).expect(400);
    expect(body.errors[0].path).toBe(path);
  });

  it('accepts application/json too, and no other type', async () => {
    const { _id } = await buildTask(api, admin);
    await admin.patch(`/tasks/${_id}`, { title: 'J' }).type('application/json').expect(200);
    await admin.patch(`/tasks/${_id}`).type('application/json-patch+json').send('[]').expect(415);
  });

  it('only changes the status for a member, and names the allowed moves on a conflict', async () => {
    const { _id } = await buildTask(api, admin, { assignedTo: member.id, labels: ['own'] });
    await member.patch(`/tasks/${_id}`, { status: 'Doing', labels: ['own'] }).expect(200);
    await member.patch(`/tasks/${_id}`, { labels: ['other'] }).expect(403);
    await member.patch(`/tasks/${_id}`, { status: 'Done' }).expect(200);
    const { body } = await member.patch(`/tasks/${_id}`, { status: 'to Do' }).expect(409);
    expect(body.detail).toBe('This task is "Done" and can be moved only by an Admin.');
  });

  it('finds a task by the words of its new title and of the description that stayed', async () => {
    const { _id } = await buildTask(api, admin, {
      title: 'Häuser streichen',
      description: 'Öl & große Pinsel',
    });
    await admin.patch(`/tasks/${_id}`, { title: 'Zäune lackieren' }).expect(200);
    const found = async (words: string) =>
      (await admin.get(`/tasks?q=${encodeURIComponent(words)}`).expect(200)).body.map(
        (task: { _id: string }) => task._id,
      );
    expect(await found('zaune PINSEL')).toEqual([_id]);
    expect(await found('GROSSE')).toEqual([_id]);
    expect(await found('Häuser')).toEqual([]);
  });

  it('applies all of many changes of one task if they name different fields', async () => {
    const { _id } = await buildTask(api, admin);
    const changes = [
      { title: 'T' },
      { description: 'D' },
      { priority: 'low' },
      { labels: ['l'] },
      { position: 1 },
    ];
    const answers = await Promise.all(changes.map((change) => admin.patch(`/tasks/${_id}`, change)));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
    const { body } = await admin.get(`/tasks/${_id}`);
    expect(body).toMatchObject(Object.assign({}, ...changes) as object);
    const { body: found } = await admin.get('/tasks?q=t%20d').expect(200);
    expect(found.map((task: { _id: string }) => task._id)).toEqual([_id]);
  });

  it('takes a whole task from a member though the record is older than some fields', async () => {
    const task = await buildTask(api, admin, { title: 'An older record', assignedTo: member.id });
    const $unset = { priority: '', labels: '', position: '', description: '' };
    await mongo.db.collection('tasks').updateOne({ title: task.title }, { $unset });
    const whole = { ...task, priority: 'normal', labels: [], position: 0, description: '' };
    await member.patch(`/tasks/${task._id}`, { ...whole, position: 1 }).expect(403);
    await member.patch(`/tasks/${task._id}`, { ...whole, status: 'Doing' }).expect(200);
  });
});
