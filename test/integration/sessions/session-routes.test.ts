import { Types } from 'mongoose';
import jwt from 'jsonwebtoken';
import request from 'supertest';
import { createTokenService } from '../../../src/auth/token-service';
import { fixedKeys } from '../../../src/keys/key-ring';
import { MOST_SESSIONS } from '../../../src/sessions/open-session';
import { GRACE_MS } from '../../../src/sessions/session-service';
import { startApi, testConfig } from '../../support/api';
import {
  as,
  buildMember,
  expectRefused,
  logIn as sendLogIn,
  newPerson,
  type Person,
} from '../../support/factories';
import { useAdmin, useApis, useMongo } from '../../support/use-api';

const apis = useApis();
const [api, other] = apis;
const mongo = useMongo(api);
const admin = useAdmin(api);
const keys = fixedKeys(testConfig(api.namespace).jwtKeys);

interface Session {
  token: string;
  refreshToken: string;
  expiresAt: string;
  user: { _id: string };
}

const sessionsOf = () => mongo.db.collection('sessions');
const idOf = ({ token }: { token: string }) => (jwt.decode(token) as { sid: string }).sid;
const signUp = async (): Promise<Session> =>
  (await request(api.server).post('/users/signup').send(newPerson()).expect(201)).body as Session;
const logIn = async (person: Pick<Person, 'email' | 'password'>, device = 'test') =>
  (await sendLogIn(api, person).set('User-Agent', device).expect(200)).body as Session;
const renew = (refreshToken: string, by = api) =>
  request(by.server).post('/users/token').send({ refreshToken });
const set = (session: Session, fields: object) =>
  sessionsOf().updateOne({ _id: new Types.ObjectId(idOf(session)) }, { $set: fields });

/** Expects that no worker accepts the token within a second, and no worker renews the session. */
async function expectEnded(session: Session): Promise<void> {
  await expectRefused(apis, session);
  for (const one of apis) await renew(session.refreshToken, one).expect(401);
}
async function expectAlive({ token }: { token: string }): Promise<void> {
  for (const one of apis) await as(one, { token }).get('/tasks').expect(200);
}

describe('a sign-up, a log-in and a renewal', () => {
  it('return the token with its end, a refresh token and the user', async () => {
    const person = newPerson();
    const { body: first } = await request(api.server).post('/users/signup').send(person).expect(201);
    const second = await logIn(person);
    const { body: third } = await renew(second.refreshToken).expect(200);
    for (const session of [first, second, third] as Session[]) {
      const { exp } = jwt.decode(session.token) as { exp: number };
      expect(Date.parse(session.expiresAt)).toBe(exp * 1_000);
      expect(session.user).toEqual(first.user);
      await expectAlive(session);
    }
    expect(idOf(second)).not.toBe(idOf(first));
    expect(idOf(third)).toBe(idOf(second));
  });
});

describe('POST /users/token', () => {
  it('gives one successor to 50 simultaneous requests through two workers, and ends the session after the grace', async () => {
    const session = await signUp();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => renew(session.refreshToken, apis[index % 2])),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    const successors = new Set(answers.map(({ body }) => (body as Session).refreshToken));
    expect(successors.size).toBe(1);
    await set(session, { rotatedAt: new Date(Date.now() - GRACE_MS - 1_000) });
    await renew(session.refreshToken).expect(401);
    await expectEnded({ ...session, refreshToken: [...successors][0]! });
  });

  it('ends the session if a token from before the previous one is sent', async () => {
    const session = await signUp();
    const { body: next } = await renew(session.refreshToken).expect(200);
    const { body: last } = await renew((next as Session).refreshToken, other).expect(200);
    await renew(session.refreshToken).expect(401);
    await expectEnded(last as Session);
  });

  it.each(['x', `tfr_${'0'.repeat(24)}_${'a'.repeat(43)}`])('refuses the made-up token %j', async (token) => {
    const { body, headers } = await renew(token).expect(401);
    expect(body).toMatchObject({ type: '/problems/unauthenticated' });
    expect(headers['www-authenticate']).toContain('invalid_token');
  });

  it.each(['idleUntil', 'until'])('refuses a session that has passed its %s', async (field) => {
    const session = await signUp();
    await set(session, { [field]: new Date(Date.now() - 1_000) });
    await renew(session.refreshToken).expect(401);
  });

  it('moves the idle end, and never the last end', async () => {
    const session = await signUp();
    const soon = new Date(Date.now() + 60_000);
    await set(session, { idleUntil: soon, until: soon });
    const { body } = await renew(session.refreshToken).expect(200);
    expect(Date.parse((body as Session).expiresAt)).toBeLessThan(soon.getTime() + 1_000);
    const stored = await sessionsOf().findOne({ _id: new Types.ObjectId(idOf(session)) });
    expect(stored!.idleUntil.getTime()).toBeGreaterThan(soon.getTime());
    expect(stored!.until).toEqual(soon);
  });

  it.each([
    ['is disabled', { disabled: true }],
    ['has ended what was issued', { authVersion: 7 }],
  ])('ends the session of a user who %s', async (_name, fields) => {
    const session = await signUp();
    await mongo.db
      .collection('users')
      .updateOne({ _id: new Types.ObjectId(session.user._id) }, { $set: fields });
    await renew(session.refreshToken).expect(401);
    await expectEnded(session);
  });

  it('stores no token', async () => {
    const session = await signUp();
    const { body } = await renew(session.refreshToken).expect(200);
    const stored = JSON.stringify(await sessionsOf().findOne({ _id: new Types.ObjectId(idOf(session)) }));
    for (const { refreshToken } of [session, body as Session])
      expect(stored).not.toContain(refreshToken.slice(-43));
  });
});

describe('POST /users/logout', () => {
  it('ends this session on every worker, and no other', async () => {
    const person = await buildMember(api);
    const [one, two] = [await logIn(person), await logIn(person)];
    await expectAlive(one);
    await as(api, one).post('/users/logout').expect(204);
    await expectEnded(one);
    await expectAlive(two);
    await expectAlive(person);
  });

  it('ends all sessions with { all: true }', async () => {
    const person = await buildMember(api);
    const [one, two] = [await logIn(person), await logIn(person)];
    await as(other, one).post('/users/logout', { all: true }).expect(204);
    for (const session of [one, two]) await expectEnded(session);
    await expectRefused([api], person);
    await expectAlive(await logIn(person));
  });

  it('is known to a worker that starts later', async () => {
    const session = await signUp();
    await as(api, session).post('/users/logout', {}).expect(204);
    const late = await startApi(api.namespace, { NODE_APP_INSTANCE: '2' });
    await as(late, session).get('/tasks').expect(401);
    await late.close();
  });

  it('ends everything of the user with a token that an earlier release issued', async () => {
    const session = await signUp();
    const { token } = createTokenService({ keys, ttlSeconds: 60 }).grant({
      id: session.user._id,
      role: 'worker',
    });
    await expectAlive({ token });
    await as(api, session).delete('/users/me/sessions').expect(204);
    await expectAlive({ token });
    await as(api, { token }).post('/users/logout').expect(204);
    await expectEnded(session);
    await expectRefused([other], { token });
  });
});

describe('the list of sessions', () => {
  it('shows device, network and which one is current, the last used first', async () => {
    const person = await buildMember(api);
    const phone = await logIn(person, 'Phone/1.0');
    const laptop = await logIn(person, `Laptop/2.0 ${'x'.repeat(300)}`);
    await renew(phone.refreshToken).set('User-Agent', 'Phone/1.1').expect(200);
    const { body } = await as(api, laptop).get('/users/me/sessions').expect(200);
    expect(body).toHaveLength(3);
    expect(body[0]).toMatchObject({ _id: idOf(phone), device: 'Phone/1.1', isCurrent: false });
    expect(body[1]).toMatchObject({ _id: idOf(laptop), network: '127.0.0.1', isCurrent: true });
    expect(body[1].device).toHaveLength(256);
  });

  it('ends one session, or all others', async () => {
    const person = await buildMember(api);
    const [one, two] = [await logIn(person), await logIn(person)];
    await as(other, two)
      .delete(`/users/me/sessions/${idOf(one)}`)
      .expect(204);
    await expectEnded(one);
    await as(api, two)
      .delete(`/users/me/sessions/${idOf(one)}`)
      .expect(404);
    await as(other, two).delete('/users/me/sessions').expect(204);
    await expectRefused([api], person);
    await expectAlive(two);
    await renew(two.refreshToken).expect(200);
  });

  it('never ends the session of another user', async () => {
    const [mine, theirs] = [await signUp(), await signUp()];
    await as(api, mine)
      .delete(`/users/me/sessions/${idOf(theirs)}`)
      .expect(404);
    await as(api, admin)
      .delete(`/users/me/sessions/${idOf(theirs)}`)
      .expect(404);
    await expectAlive(theirs);
    await renew(theirs.refreshToken).expect(200);
  });

  it(`holds ${MOST_SESSIONS} sessions; one more ends the one that was used least recently`, async () => {
    const person = await buildMember(api);
    const oldest = await logIn(person);
    const kept = await logIn(person);
    await set(oldest, { lastUsedAt: new Date(1_000) });
    const template = (await sessionsOf().findOne({ _id: new Types.ObjectId(idOf(kept)) }))!;
    const more = Array.from({ length: MOST_SESSIONS - 3 }, (_, index) => ({
      ...template,
      _id: new Types.ObjectId(),
      family: String(new Types.ObjectId()),
      lastUsedAt: new Date(2_000 + index),
    }));
    await sessionsOf().insertMany(more);
    const last = await logIn(person);
    const { body } = await as(api, last).get('/users/me/sessions').expect(200);
    expect(body).toHaveLength(MOST_SESSIONS);
    await expectEnded(oldest);
    await expectAlive(kept);
  });
});

describe('the removal of a user', () => {
  it('ends their sessions', async () => {
    const session = await signUp();
    await admin.delete(`/users/${session.user._id}`).expect(204);
    await renew(session.refreshToken).expect(401);
    expect(await sessionsOf().countDocuments({ userId: new Types.ObjectId(session.user._id) })).toBe(0);
  });
});
