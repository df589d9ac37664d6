import { as, buildAdmin, buildMember, buildTask, expectRefused, logIn } from '../../support/factories';
import { useAdmin, useApis } from '../../support/use-api';

const apis = useApis();
const [api, other] = apis;
const admin = useAdmin(api);

describe('an Admin', () => {
  it('changes the role of another user, whose tokens end on every worker', async () => {
    const member = await buildMember(api);
    await as(other, member).get('/tasks').expect(200);
    const { body } = await admin.patch(`/users/${member.id}`, { role: 'Admin' }).expect(200);
    expect(body).toMatchObject({ _id: member.id, role: 'Admin', disabled: false });
    await expectRefused(apis, member);
    const again = await logIn(other, member).expect(200);
    expect(again.body.user.role).toBe('Admin');
    await as(other, again.body).get('/users').expect(200);
    await admin.patch(`/users/${member.id}`, { role: 'worker', name: 'Twice' }).expect(200);
    await expectRefused(apis, again.body);
    const { body: shown } = await admin.get(`/users/${member.id}`).expect(200);
    expect(shown).toMatchObject({ role: 'worker', name: 'Twice' });
  });

  it('disables a user, who is then refused like a wrong password and keeps the tasks', async () => {
    const member = await buildMember(api);
    const { _id } = await buildTask(api, admin, { assignedTo: member.id });
    const wrong = await logIn(other, { ...member, password: 'not this one' }).expect(401);
    await admin.patch(`/users/${member.id}`, { disabled: true }).expect(200);
    await expectRefused(apis, member);
    const refused = await logIn(other, member).expect(401);
    expect({ ...refused.body, requestId: '' }).toEqual({ ...wrong.body, requestId: '' });
    const { body: task } = await admin.get(`/tasks/${_id}`).expect(200);
    expect(task.assignedTo._id).toBe(member.id);
    const { body: list } = await admin.get('/users?disabled=true&fields=disabled').expect(200);
    expect(list).toContainEqual({ _id: member.id, disabled: true });

    await admin.patch(`/users/${member.id}`, { disabled: false }).expect(200);
    const { body } = await logIn(other, member).expect(200);
    await as(other, body).get('/tasks').expect(200);
    await as(api, member).get('/tasks').expect(401);
  });

  it('changes nothing with an old ETag', async () => {
    const member = await buildMember(api);
    const { headers } = await admin.get(`/users/${member.id}`).expect(200);
    const tag = headers.etag as string;
    await admin.patch(`/users/${member.id}`, { name: 'Newer' }).set('If-Match', tag).expect(200);
    await admin.patch(`/users/${member.id}`, { disabled: true }).set('If-Match', tag).expect(412);
    await member.get('/tasks').expect(200);
  });

  it('finds what was done in the audit', async () => {
    const member = await buildMember(api);
    await admin.patch(`/users/${member.id}`, { role: 'Admin' }).expect(200);
    await admin.patch(`/users/${member.id}`, { role: 'worker', disabled: true }).expect(200);
    await admin.patch(`/users/${member.id}`, { disabled: false }).expect(200);
    await admin.patch(`/users/${member.id}`, { disabled: false, role: 'worker' }).expect(200);
    await admin.delete(`/users/${member.id}`).expect(204);
    const { body } = await admin.get(`/audit?target=${member.id}&fields=action,actor,detail`).expect(200);
    const actions = (body as { action: string; actor: string; detail: string }[]).reverse();
    expect(actions.slice(2).map(({ action, actor, detail }) => [action, actor, detail])).toEqual([
      ['role-changed', admin.id, 'worker to Admin'],
      ['role-changed', admin.id, 'Admin to worker'],
      ['user-disabled', admin.id, null],
      ['user-enabled', admin.id, null],
      ['user-removed', admin.id, null],
    ]);
  });

  it('changes neither their own role nor their own access, though a copy of the present values is accepted', async () => {
    await admin.patch(`/users/${admin.id}`, { role: 'worker' }).expect(403);
    await admin.patch(`/users/${admin.id}`, { disabled: true }).expect(403);
    await admin.patch(`/users/${admin.id}`, { role: 'Admin', disabled: false }).expect(200);
  });
});

describe('a member', () => {
  it('changes the access of no user, not even their own', async () => {
    const [member, another] = await Promise.all([buildMember(api), buildMember(api)]);
    await member.patch(`/users/${member.id}`, { disabled: true }).expect(403);
    await member.patch(`/users/${another.id}`, { disabled: true }).expect(403);
    await member.patch(`/users/${member.id}`, { disabled: false, name: 'Copy' }).expect(200);
  });
});

describe('the last enabled Admin', () => {
  it('stays, also if two Admins demote or disable each other at once', async () => {
    const worker = { role: 'worker' };
    const changes = [worker, { disabled: true }];
    for (const [index, change] of [...changes, ...changes].entries()) {
      const second = await buildAdmin(api);
      // A change of the first Admin that succeeds is undone by the second.
      const answers = await Promise.all([
        as(api, admin).patch(`/users/${second.id}`, change),
        as(other, second).patch(`/users/${admin.id}`, change),
      ]);
      const statuses = answers.map(({ status }) => status);
      expect({ index, wins: statuses.filter((status) => status === 200).length }).toEqual({ index, wins: 1 });
      expect(
        statuses.filter((status) => status !== 200).every((status) => [401, 403, 409].includes(status)),
      ).toBe(true);
      if (statuses[1] !== 200) continue;
      await as(other, second).patch(`/users/${admin.id}`, { role: 'Admin', disabled: false }).expect(200);
      const { body } = await logIn(other, admin).expect(200);
      Object.assign(admin, { token: body.token, ...as(api, body) });
      await admin.patch(`/users/${second.id}`, worker).expect(200);
    }
  });

  it('is neither demoted, disabled nor removed by another Admin who is disabled meanwhile', async () => {
    const second = await buildAdmin(api);
    const answers = await Promise.all([
      as(api, admin).patch(`/users/${second.id}`, { disabled: true }),
      as(other, second).delete(`/users/${admin.id}`),
    ]);
    const done = answers.filter(({ status }) => status < 300);
    expect(done).toHaveLength(1);
  });
});
