import { as, buildMember, knows, newPerson, type Account } from '../../support/factories';
import { useAdmin, useApis } from '../../support/use-api';
import { eventually } from '../../support/wait';

const [api, other] = useApis(() => ({ LOGIN_ATTEMPTS: '3', LIMIT_EXEMPT: 'none' }));
const admin = useAdmin(api);

const pathOf = ({ id }: Account) => `/users/${id}`;
const audited = async ({ id }: Account, query: string) =>
  (await admin.get(`/audit?target=${id}&${query}`).expect(200)).body as { action: string; actor: string }[];

describe('the present password', () => {
  it('is needed for new names to log in with, and for nothing else', async () => {
    const member = await buildMember(api);
    const { email, username } = newPerson();
    for (const change of [{ email }, { username }, { name: 'X', email }]) {
      const { body } = await member.patch(pathOf(member), change).expect(403);
      expect(body).toMatchObject({ type: '/problems/password-required', title: 'Password required' });
    }
    const { body: before } = await member.get(pathOf(member)).expect(200);
    expect(before).toMatchObject({ email: member.email, username: member.username, name: 'Ada Test' });
    // A body copied from an answer changes no name to log in with.
    await member.patch(pathOf(member), { ...before, name: 'New' }).expect(200);
    const { body } = await member.patch(pathOf(member), { email, username, ...knows(member) }).expect(200);
    expect(body).toMatchObject({ email, username });
    expect(await audited(member, 'action=login-names-changed&outcome=done')).toEqual([
      expect.objectContaining({ actor: member.id }),
    ]);
  });

  it('is needed to remove oneself, also as an Admin', async () => {
    const member = await buildMember(api);
    await member.delete(pathOf(member)).expect(403);
    await admin.delete(pathOf(admin)).expect(403);
    await member.delete(pathOf(member), knows(member)).expect(204);
  });

  it('is not needed by an Admin for other users', async () => {
    const member = await buildMember(api);
    await admin.patch(pathOf(member), { email: newPerson().email }).expect(200);
    expect(await audited(member, 'action=login-names-changed')).toEqual([
      expect.objectContaining({ actor: admin.id }),
    ]);
    await admin.delete(pathOf(member)).expect(204);
  });

  it('is counted as a failed log-in if it is wrong, over all workers and routes, and is recorded', async () => {
    const member = await buildMember(api);
    const wrong = { currentPassword: 'not this one' };
    await member.patch(pathOf(member), { email: newPerson().email, ...wrong }).expect(403);
    await as(other, member).delete(pathOf(member), wrong).expect(403);
    await as(other, member)
      .put(`${pathOf(member)}/password`, { ...wrong, newPassword: 'battery staple' })
      .expect(403);
    const { headers } = await member.delete(pathOf(member), knows(member)).expect(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    const refused = await eventually(async () => {
      const list = await audited(member, 'outcome=refused');
      return list.length === 4 && list;
    });
    expect(refused.map(({ action }) => action).sort()).toEqual([
      'login-names-changed',
      'password-changed',
      'user-removed',
      'user-removed',
    ]);
  });
});
