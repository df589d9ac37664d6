import { buildTask, type Account } from '../../support/factories';
import { useAdmin, useApi, useMember } from '../../support/use-api';

const api = useApi();
const admin = useAdmin(api);
const member = useMember(api);
const stranger = useMember(api);

describe('POST /tasks', () => {
  it('creates a task with defaults', async () => {
    const { body, headers } = await admin.post('/tasks', { title: ' Paint ' }).expect(201);
    expect(body).toMatchObject({
      title: 'Paint',
      description: '',
      status: 'to Do',
      assignedTo: null,
      deadline: null,
    });
    expect(headers.location).toBe(`/tasks/${body._id}`);
  });

  it.each([
    ['an id', (id: string) => id],
    ['an object with _id', (id: string) => ({ _id: id, name: 'whatever a GET said' })],
  ])('accepts the assignee as %s and returns them without their tasks', async (_form, form) => {
    const { body } = await admin.post('/tasks', { title: 'T', assignedTo: form(member.id) }).expect(201);
    expect(body.assignedTo).toMatchObject({ _id: member.id, username: member.username, role: 'worker' });
    expect(body.assignedTo).not.toHaveProperty('tasks');
    expect(JSON.stringify(body)).not.toMatch(/hash|Key|version/i);
  });

  it.each([
    [{}, 'body.title'],
    [{ title: '' }, 'body.title'],
    [{ title: 'T', status: 'later' }, 'body.status'],
    [{ title: 'T', deadline: 'soon' }, 'body.deadline'],
    [{ title: 'T', assignedTo: 'x' }, 'body.assignedTo'],
    [{ title: 'T', assignedTo: 'a'.repeat(24) }, 'body.assignedTo'],
    [{ title: 'T', colour: 'red' }, 'body.colour'],
    [{ title: 7 }, 'body.title'],
    [{ title: '\ud800x' }, 'body.title'],
    [{ title: 'T', deadline: '9999-12-31T23:59:59-23:59' }, 'body.deadline'],
  ])('refuses %j with 400 that names %s', async (body, path) => {
    const answer = await admin.post('/tasks', body).expect(400);
    expect(answer.headers['content-type']).toMatch('application/problem+json');
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path);
  });

  it('is only for Admins', async () => {
    await member.post('/tasks', { title: 'T' }).expect(403);
  });
});

describe('GET /tasks', () => {
  it('lists all tasks for an Admin and their own for a member, newest first', async () => {
    const mine = await buildTask(api, admin, { assignedTo: stranger.id });
    const newer = await buildTask(api, admin, { assignedTo: stranger.id });
    await buildTask(api, admin, { assignedTo: member.id });
    const own = await stranger.get('/tasks').expect(200);
    expect(own.body.map((task: { _id: string }) => task._id)).toEqual([newer._id, mine._id]);
    const all = await admin.get('/tasks?limit=100').expect(200);
    expect(all.body.length).toBeGreaterThanOrEqual(3);
  });
});

describe('GET, PUT and DELETE /tasks/:id', () => {
  it("hides another user's task from a member as if it did not exist", async () => {
    const { _id } = await buildTask(api, admin, { assignedTo: stranger.id });
    await member.get(`/tasks/${_id}`).expect(404);
    await member.put(`/tasks/${_id}`, { status: 'Doing' }).expect(404);
    await member.delete(`/tasks/${_id}`).expect(403);
  });

  it('sets the given fields and keeps the rest', async () => {
    const deadline = '2030-01-02T03:04:05.000Z';
    const task = await buildTask(api, admin, { description: 'D', assignedTo: member.id, deadline });
    const { body } = await admin.put(`/tasks/${task._id}`, { title: 'New' }).expect(200);
    expect(body).toMatchObject({ title: 'New', description: 'D', deadline, assignedTo: { _id: member.id } });
    const cleared = await admin.put(`/tasks/${task._id}`, { assignedTo: null, deadline: null });
    expect(cleared.body).toMatchObject({ title: 'New', assignedTo: null, deadline: null });
  });

  it('accepts a body that came from a GET', async () => {
    const { _id } = await buildTask(api, admin, { assignedTo: member.id });
    const { body } = await member.get(`/tasks/${_id}`);
    const put = await member.put(`/tasks/${_id}`, { ...body, status: 'Doing' }).expect(200);
    expect(put.body).toMatchObject({ ...body, status: 'Doing', updatedAt: expect.any(String) });
  });

  it('lets a member change only the status of an own task', async () => {
    const { _id } = await buildTask(api, admin, { assignedTo: member.id });
    await member.put(`/tasks/${_id}`, { status: 'Doing', title: 'Mine now' }).expect(403);
    await member.put(`/tasks/${_id}`, { assignedTo: stranger.id }).expect(403);
    await member.put(`/tasks/${_id}`, { assignedTo: null }).expect(403);
    const { body } = await member.get(`/tasks/${_id}`);
    expect(body).toMatchObject({ status: 'to Do', title: 'A task', assignedTo: { _id: member.id } });
  });

  it('moves to Do ⇄ Doing → Done, and lets only Admins reopen', async () => {
    const { _id } = await buildTask(api, admin, { assignedTo: member.id });
    const move = (by: Account, status: string) => by.put(`/tasks/${_id}`, { status });
    await move(member, 'Done').expect(409);
    await move(member, 'Doing').expect(200);
    await move(member, 'to Do').expect(200);
    await move(member, 'Doing').expect(200);
    await move(member, 'Done').expect(200);
    await move(member, 'Done').expect(200);
    const refused = await move(member, 'Doing').expect(409);
    expect(refused.body.detail).toMatch('Admin');
    await move(admin, 'Doing').expect(200);
  });

  it('lets one of many simultaneous moves win', async () => {
    const { _id } = await buildTask(api, admin, { status: 'Doing' });
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        admin.put(`/tasks/${_id}`, { status: index % 2 ? 'Done' : 'to Do' }),
      ),
    );
    const { body } = await admin.get(`/tasks/${_id}`);
    const won = answers.filter(({ status }) => status === 200).map((answer) => answer.body.status);
    expect(won).toContain(body.status);
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
  });

  it('removes a task once', async () => {
    const { _id } = await buildTask(api, admin);
    await admin.delete(`/tasks/${_id}`).expect(204);
    await admin.get(`/tasks/${_id}`).expect(404);
    await admin.delete(`/tasks/${_id}`).expect(404);
  });

  it('answers 400 for an invalid id', async () => {
    await admin.get('/tasks/1').expect(400);
  });
});
