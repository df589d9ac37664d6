import { type Account, buildAdmin, buildMember, buildTask, knows } from '../../support/factories';
import { useAdmin, useApi, useMember } from '../../support/use-api';

const api = useApi();
let admin: Account = useAdmin(api);
const member = useMember(api);

describe('GET /users', () => {
  it('lists each user with their tasks, newest first', async () => {
    const older = await buildTask(api, admin, { assignedTo: member.id });
    const newer = await buildTask(api, admin, { assignedTo: member.id });
    const { body, text } = await admin.get('/users').expect(200);
    const found = body.find((user: { _id: string }) => user._id === member.id);
    expect(found.tasks.map((task: { _id: string }) => task._id)).toEqual([newer._id, older._id]);
    expect(found.tasks[0]).toMatchObject({ title: 'A task', status: 'to Do' });
    expect(text).not.toMatch(/hash|Key/);
  });

  it('is only for Admins', async () => {
    await member.get('/users').expect(403);
  });
});

describe('GET /users/:id', () => {
  it('returns the own user, with the ids of the tasks', async () => {
    const user = await buildMember(api);
    const { _id } = await buildTask(api, admin, { assignedTo: user.id });
    const { body } = await user.get(`/users/${user.id}`).expect(200);
    expect(body).toMatchObject({ _id: user.id, email: user.email, tasks: [_id] });
  });

  it('returns the caller as /users/me too, with the same tag', async () => {
    const own = await member.get(`/users/${member.id}`).expect(200);
    const me = await member.get('/users/me').expect(200);
    expect(me.body).toEqual(own.body);
    expect(me.headers.etag).toBe(own.headers.etag);
    await member.get('/users/me').set('If-None-Match', me.headers.etag!).expect(304);
  });

  it('returns any user to an Admin, and no other user to a member', async () => {
    await admin.get(`/users/${member.id}`).expect(200);
    await member.get(`/users/${admin.id}`).expect(403);
    await member.get(`/users/${'a'.repeat(24)}`).expect(403);
    await admin.get(`/users/${'a'.repeat(24)}`).expect(404);
    await admin.get('/users/mine').expect(400);
  });

  it('returns at most the 100 newest tasks', async () => {
    const user = await buildMember(api);
    const ids: string[] = [];
    for (let count = 0; count < 102; count++)
      ids.unshift((await buildTask(api, admin, { assignedTo: user.id }))._id);
    const { body } = await user.get(`/users/${user.id}`).expect(200);
    expect(body.tasks).toEqual(ids.slice(0, 100));
  });
});

describe('DELETE /users/:id', () => {
  it('unassigns the tasks', async () => {
    const user = await buildMember(api);
    const { _id } = await buildTask(api, admin, { assignedTo: user.id });
    await admin.get(`/tasks/${_id}`).expect(200);
    await user.delete(`/users/${user.id}`, knows(user)).expect(204);
    const { body } = await admin.get(`/tasks/${_id}`).expect(200);
    expect(body.assignedTo).toBeNull();
    await admin.get(`/users/${user.id}`).expect(404);
  });

  it('is only for the user and Admins', async () => {
    await member.delete(`/users/${admin.id}`).expect(403);
    await admin.delete(`/users/${'a'.repeat(24)}`).expect(404);
  });

  it('never removes the last Admin, even with simultaneous requests', async () => {
    const others = await Promise.all([buildAdmin(api), buildAdmin(api)]);
    const admins = [admin, ...others];
    const answers = await Promise.all(admins.map((one) => one.delete(`/users/${one.id}`, knows(one))));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 204, 409]);
    const left = admins[answers.findIndex(({ status }) => status === 409)]!;
    await left.get('/users').expect(200);
    admin = left;
  });
});

describe('the users routes', () => {
  it('accepts only the current role in a patch of a member', async () => {
    const member = await buildMember(api);
    const { body } = await member.get(`/users/${member.id}`).expect(200);
    await member.patch(`/users/${member.id}`, { ...body, name: 'New' }).expect(200);
    const refused = await member.patch(`/users/${member.id}`, { role: 'Admin' }).expect(403);
    expect(refused.body.detail).toContain('Only Admins');
    await admin.patch(`/users/${'a'.repeat(24)}`, { role: 'Admin' }).expect(404);
  });
});
