import {
  as,
  buildMember,
  buildScriptToken,
  expectRefused,
  inDays,
  type Account,
} from '../../support/factories';
import { eventually } from '../../support/wait';
import { useAdmin, useApis, useMongo } from '../../support/use-api';

/** RFC 6750, 3.1. */
const INSUFFICIENT = 'Bearer error="insufficient_scope"';
const apis = useApis();
const [api, other] = apis;
const mongo = useMongo(api);
const admin = useAdmin(api);

const tokensOf = ({ id }: Account) => `/users/${id}/tokens`;
const by = ({ token }: { token: string }, worker = other) => as(worker, { token });

describe('a script token', () => {
  it('is shown once, and stored as a digest', async () => {
    const member = await buildMember(api);
    const { _id, token, lastFour } = await buildScriptToken(member, { name: 'Export', access: 'read' });
    expect(token.endsWith(lastFour)).toBe(true);
    const { body, text } = await member.get(tokensOf(member)).expect(200);
    expect(body).toMatchObject([{ _id, name: 'Export', access: 'read', lastFour, lastUsedAt: null }]);
    expect(text).not.toContain(token);
    for (const name of ['scriptTokens', 'audit'])
      expect(JSON.stringify(await mongo.db.collection(name).find().toArray())).not.toContain(token);
  });

  it('has the rights of its user, as they are now', async () => {
    const member = await buildMember(api);
    const token = await buildScriptToken(member);
    await by(token).get('/tasks').expect(200);
    await by(token).get('/users').expect(403);
    await admin.patch(`/users/${member.id}`, { role: 'Admin' }).expect(200);
    await eventually(async () => (await by(token).get('/users')).status === 200);
    await admin.patch(`/users/${member.id}`, { role: 'worker' }).expect(200);
    await eventually(async () => (await by(token).get('/users')).status === 403);
  });

  it('changes nothing if it is for reading', async () => {
    const token = await buildScriptToken(admin, { access: 'read' });
    await by(token).get('/users').expect(200);
    const { body, headers } = await by(token).post('/tasks', { title: 'By a script' }).expect(403);
    expect(body.detail).toContain('may only read');
    expect(headers['www-authenticate']).toBe(INSUFFICIENT);
    await by(await buildScriptToken(admin))
      .post('/tasks', { title: 'By a script' })
      .expect(201);
  });

  it('is never accepted for tokens, passwords, log-out, the live page or the administration of users', async () => {
    const token = await buildScriptToken(admin);
    const member = await buildMember(api);
    const requests = {
      tokens: by(token).get(tokensOf(admin)),
      'a new token': by(token).post(tokensOf(admin), { name: 'More', access: 'read', expiresAt: inDays(1) }),
      'the log-out': by(token).post('/users/logout', {}),
      sessions: by(token).get('/users/me/sessions'),
      'a password': by(token).put(`/users/${admin.id}/password`, {
        currentPassword: 'x',
        newPassword: 'battery staple',
      }),
      'a reset': by(token).post(`/users/${member.id}/password-reset`),
      'a new user': by(token).post('/users', { name: 'X', email: 'x@example.com', username: 'x-y-z' }),
      'a change': by(token).patch(`/users/${member.id}`, { disabled: true }),
      'a removal': by(token).delete(`/users/${member.id}`),
      'the audit': by(token).get('/audit'),
      'the live page': by(token).get('/ops/failed-jobs'),
    };
    for (const [name, sent] of Object.entries(requests)) {
      const { status, headers } = await sent;
      const answer = { name, status, reason: headers['www-authenticate'] };
      expect(answer).toEqual({ name, status: 403, reason: INSUFFICIENT });
    }
  });

  it('is refused on every worker after it was deleted, or its user disabled or removed', async () => {
    const [one, two, three] = await Promise.all([buildMember(api), buildMember(api), buildMember(api)]);
    const tokens = await Promise.all([one, two, three].map((member) => buildScriptToken(member)));
    for (const token of tokens) for (const worker of apis) await by(token, worker).get('/tasks').expect(200);
    await one.delete(`${tokensOf(one)}/${tokens[0]!._id}`).expect(204);
    await admin.patch(`/users/${two.id}`, { disabled: true }).expect(200);
    await admin.delete(`/users/${three.id}`).expect(204);
    for (const token of tokens) await expectRefused(apis, token);
    const left = await mongo.db
      .collection('scriptTokens')
      .find({}, { projection: { userId: 1 } })
      .toArray();
    expect(left.map(({ userId }) => String(userId))).not.toContain(three.id);
  });

  it('survives a change of the password and a log-out', async () => {
    const member = await buildMember(api);
    const token = await buildScriptToken(member);
    const passwords = { currentPassword: member.password, newPassword: 'battery staple' };
    const { body } = await member.put(`/users/${member.id}/password`, passwords).expect(200);
    await as(api, body).post('/users/logout', { all: true }).expect(204);
    await expectRefused([other], body);
    await by(token).get('/tasks').expect(200);
  });

  it('shows its last use', async () => {
    const member = await buildMember(api);
    const token = await buildScriptToken(member);
    await by(token).get('/tasks').expect(200);
    await eventually(async () => {
      const { body } = await member.get(tokensOf(member));
      return body[0].lastUsedAt !== null;
    });
  });
});

describe('POST /users/:id/tokens', () => {
  it('makes at most 20 tokens of a user, however many are asked for at once', async () => {
    const member = await buildMember(api);
    const body = { name: 'Many', access: 'read', expiresAt: inDays(1) };
    const answers = await Promise.all(
      Array.from({ length: 24 }, async (_, index) => {
        const worker = apis[index % 2]!;
        return eventually(async () => {
          const answer = await as(worker, member).post(tokensOf(member), body);
          return answer.status !== 503 && answer;
        });
      }),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array(20).fill(201), ...Array(4).fill(409)]);
  });

  it.each([
    ['in the past', -1],
    ['after more than a year', 367],
  ])('refuses a token that ends %s', async (_name, days) => {
    const body = { name: 'Wrong', access: 'read', expiresAt: inDays(days) };
    const { body: problem } = await admin.post(tokensOf(admin), body).expect(400);
    expect(problem.errors[0].path).toBe('body.expiresAt');
  });

  it('is only for the user, whose tokens an Admin can list and delete', async () => {
    const [member, another] = await Promise.all([buildMember(api), buildMember(api)]);
    const body = { name: 'Theirs', access: 'read', expiresAt: inDays(1) };
    await admin.post(tokensOf(member), body).expect(403);
    await another.get(tokensOf(member)).expect(403);
    const { _id } = await buildScriptToken(member);
    await another.delete(`${tokensOf(member)}/${_id}`).expect(403);
    const { body: list } = await admin.get(tokensOf(member)).expect(200);
    expect(list).toHaveLength(1);
    await admin.delete(`${tokensOf(member)}/${_id}`).expect(204);
    await admin.delete(`${tokensOf(member)}/${_id}`).expect(404);
  });
});
