import request from 'supertest';
import { logIn, newPerson } from '../../support/factories';
import { useAdmin, useApi, useMember, useMongo } from '../../support/use-api';

const api = useApi();
const mongo = useMongo(api);
const admin = useAdmin(api);
const member = useMember(api);

const withoutPassword = (fields: Record<string, unknown> = {}) => {
  const { password: _, ...person } = newPerson(fields);
  return person;
};
const setPassword = (resetToken: string, newPassword: string) =>
  request(api.server).put('/users/password').send({ resetToken, newPassword });

describe('POST /users', () => {
  it('creates a user who can log in once they have set a password by the returned token', async () => {
    const person = withoutPassword({ role: 'Admin' });
    const { body, headers } = await admin.post('/users', person).expect(201);
    expect(headers.location).toBe(`/users/${body.user._id}`);
    expect(body.user).toMatchObject({ username: person.username, role: 'Admin', disabled: false, tasks: [] });
    const stored = await mongo.db.collection('users').findOne({ username: person.username });
    await logIn(api, { ...person, password: 'correct horse' }).expect(401);
    await logIn(api, { ...person, password: String(stored!.passwordHash) }).expect(401);
    await setPassword(body.resetToken, 'battery staple').expect(204);
    await logIn(api, { ...person, password: 'battery staple' }).expect(200);
    await setPassword(body.resetToken, 'another staple').expect(401);
  });

  it('creates a member by default, once for an Idempotency-Key, with a token for each answer', async () => {
    const person = withoutPassword();
    const send = () => admin.post('/users', person).set('Idempotency-Key', '"create-user-1"').expect(201);
    const first = await send();
    const second = await send();
    expect(second.headers['idempotent-replayed']).toBe('true');
    expect(second.body.user).toEqual(first.body.user);
    expect(first.body.user.role).toBe('worker');
    await setPassword(second.body.resetToken, 'battery staple').expect(204);
  });

  it('is recorded with who did it', async () => {
    const { body } = await admin.post('/users', withoutPassword()).expect(201);
    const { body: entries } = await admin
      .get(`/audit?target=${body.user._id}&fields=action,actor`)
      .expect(200);
    expect(
      (entries as { action: string; actor: string }[]).map(({ action, actor }) => [action, actor]).sort(),
    ).toEqual([
      ['password-reset-issued', admin.id],
      ['user-created', admin.id],
    ]);
  });

  it('is only for Admins, and refuses a taken name and a password', async () => {
    await member.post('/users', withoutPassword()).expect(403);
    await admin.post('/users', withoutPassword({ username: member.username })).expect(409);
    await admin.post('/users', newPerson()).expect(400);
  });
});
