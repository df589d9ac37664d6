import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import jwt from 'jsonwebtoken';
import request from 'supertest';
import { as, buildAdmin, buildMember, expectRefused, logIn, type Person } from '../../support/factories';
import { listen, portOf } from '../../support/listen';
import { use } from '../../support/use';
import { useAdmin, useApis } from '../../support/use-api';

const SECRET = 's'.repeat(40);
const NEW = 'battery staple';

interface Hooked {
  headers: IncomingHttpHeaders;
  body: string;
}

/** Receives the webhook, and answers with `status`. */
const hook = use(
  async () => {
    const received: Hooked[] = [];
    const server = createServer((incoming, response) => {
      let body = '';
      incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
      incoming.on('end', () => {
        received.push({ headers: incoming.headers, body });
        response.writeHead(state.status).end();
      });
    });
    const state = { server, received, status: 204 };
    await listen(server);
    return state;
  },
  ({ server }) => new Promise((resolve) => server.close(resolve)),
);

const apis = useApis(() => ({
  LOGIN_ATTEMPTS: '3',
  PASSWORD_RESET_WEBHOOK: `http://127.0.0.1:${portOf(hook.server)}/hook`,
  PASSWORD_RESET_WEBHOOK_SECRET: SECRET,
}));
const [api, other] = apis;
const admin = useAdmin(api);

const logInWith = (person: Person, password: string) => logIn(api, { ...person, password });
const change = (by: { token: string }, id: string, currentPassword: string, newPassword = NEW) =>
  as(api, by).put(`/users/${id}/password`, { currentPassword, newPassword });
const renew = (refreshToken: string) => request(other.server).post('/users/token').send({ refreshToken });
const reset = (resetToken: string, newPassword = NEW) =>
  request(other.server).put('/users/password').send({ resetToken, newPassword });
const resetTokenOf = async ({ id }: { id: string }) =>
  (await admin.post(`/users/${id}/password-reset`).expect(200)).body.resetToken as string;

describe('PUT /users/:id/password', () => {
  it('changes the password, keeps this session and ends all others', async () => {
    const member = await buildMember(api);
    const { body: mine } = await logIn(api, member).expect(200);
    const { body: changed } = await change(mine, member.id, member.password).expect(200);
    expect(Object.keys(changed).sort()).toEqual(['expiresAt', 'token']);
    const [before, after] = [mine, changed].map(
      ({ token }) => jwt.decode(token) as { sid: string; ver: number },
    );
    expect(after!.sid).toBe(before!.sid);
    expect(after!.ver).toBeGreaterThan(before!.ver);
    for (const one of apis) await as(one, changed).get('/tasks').expect(200);
    for (const ended of [mine, member]) await expectRefused(apis, ended);
    const { body: renewed } = await renew(mine.refreshToken).expect(200);
    await as(api, renewed).get('/tasks').expect(200);
    await logIn(api, member).expect(401);
    await logInWith(member, NEW).expect(200);
  });

  it('refuses a wrong password, and counts it as a failed log-in', async () => {
    const member = await buildMember(api);
    for (let count = 0; count < 3; count++) {
      const { body } = await change(member, member.id, 'not this one').expect(403);
      expect(body.detail).toBe('The current password is wrong.');
    }
    await change(member, member.id, member.password).expect(429);
    await logIn(api, member).expect(429);
    await member.get('/tasks').expect(200);
  });

  it('is refused for other users, also to an Admin', async () => {
    const member = await buildMember(api);
    const { body } = await change(admin, member.id, admin.password).expect(403);
    expect(body.detail).toContain('password-reset');
    await change(member, admin.id, member.password).expect(403);
    await logIn(api, member).expect(200);
  });

  it('refuses a new password that a sign-up would refuse', async () => {
    const member = await buildMember(api);
    const { body } = await change(member, member.id, member.password, 'short').expect(400);
    expect(body.errors[0].path).toBe('body.newPassword');
  });

  it('takes effect once if it is sent twice at the same time', async () => {
    const member = await buildMember(api);
    const answers = await Promise.all(
      ['one password', 'other password'].map((next) => change(member, member.id, member.password, next)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const worked = await Promise.all(
      ['one password', 'other password'].map((next) => logInWith(member, next)),
    );
    expect(worked.map(({ status }) => status).sort()).toEqual([200, 401]);
  });
});

describe('a password reset', () => {
  it('sets a new password once, and ends all sessions', async () => {
    const member = await buildMember(api);
    const { body: session } = await logIn(api, member).expect(200);
    const token = await resetTokenOf(member);
    await reset(token).expect(204);
    await expectRefused(apis, session);
    await renew(session.refreshToken).expect(401);
    await logInWith(member, NEW).expect(200);
    await reset(token, 'another password').expect(401);
    await logInWith(member, NEW).expect(200);
  });

  it('works once for simultaneous requests', async () => {
    const token = await resetTokenOf(await buildMember(api));
    const answers = await Promise.all(['first of them', 'second of them'].map((next) => reset(token, next)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 401]);
  });

  it('ends with a change of the password', async () => {
    const member = await buildMember(api);
    const token = await resetTokenOf(member);
    await change(member, member.id, member.password).expect(200);
    await reset(token, 'another password').expect(401);
  });

  it('refuses tokens that are made up, changed, or of another user', async () => {
    const member = await buildMember(api);
    const token = await resetTokenOf(member);
    const someone = await buildMember(api);
    const [, , end, digest] = token.split('_') as [string, string, string, string];
    const later = (parseInt(end, 36) + 1_000).toString(36);
    for (const bad of [
      'x',
      `tfp_${member.id}_${end}_${'a'.repeat(43)}`,
      `tfp_${member.id}_${later}_${digest}`,
      `tfp_${someone.id}_${end}_${digest}`,
      `tfp_${'0'.repeat(24)}_${end}_${digest}`,
      `tfp_${member.id}_00000000_${digest}`,
    ])
      await reset(bad).expect(401);
    await logIn(api, member).expect(200);
    await reset(token).expect(204);
  });

  it('is for Admins, and not for oneself', async () => {
    const [member, second] = [await buildMember(api), await buildAdmin(api)];
    await member.post(`/users/${member.id}/password-reset`).expect(403);
    await admin.post(`/users/${admin.id}/password-reset`).expect(403);
    await admin.post(`/users/${second.id}/password-reset`).expect(200);
    await admin.post(`/users/${'a'.repeat(24)}/password-reset`).expect(404);
  });

  it('is posted to the webhook, signed', async () => {
    const member = await buildMember(api);
    hook.received.length = 0;
    const { body } = await admin.post(`/users/${member.id}/password-reset`).expect(200);
    expect(body.isNotified).toBe(true);
    const [sent] = hook.received;
    const { user, ...rest } = (JSON.parse(sent!.body) as { data: { user: object } }).data;
    expect(user).toEqual({
      _id: member.id,
      name: 'Ada Test',
      email: member.email,
      username: member.username,
    });
    expect(rest).toEqual({ resetToken: body.resetToken, expiresAt: body.expiresAt });
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = sent!.headers;
    const expected = createHmac('sha256', SECRET)
      .update(`${String(id)}.${String(at)}.${sent!.body}`)
      .digest('base64');
    expect(signature).toBe(`v1,${expected}`);
  });

  it('is returned to the Admin if the webhook refuses it', async () => {
    const member = await buildMember(api);
    hook.status = 500;
    const { body } = await admin.post(`/users/${member.id}/password-reset`).expect(200);
    hook.status = 204;
    expect(body.isNotified).toBe(false);
    await reset(body.resetToken as string).expect(204);
  });
});
