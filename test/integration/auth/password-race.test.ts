import { Types } from 'mongoose';
import { setTimeout as sleep } from 'node:timers/promises';
import { createNoticeRepository } from '../../../src/notices/notice-repository';
import { createPasswordService } from '../../../src/auth/password-service';
import type { Principal } from '../../../src/people/principal';
import { MOST_SESSIONS } from '../../../src/sessions/open-session';
import { createSessionRepository } from '../../../src/sessions/session-repository';
import { createSessionService } from '../../../src/sessions/session-service';
import { createUserRepository } from '../../../src/users/user-repository';
import { newPerson } from '../../support/factories';
import { use } from '../../support/use';
import { useMongo } from '../../support/use-api';

const mongo = useMongo();
const CLIENT = { address: '127.0.0.1', requestId: 'request-1' };
const DAY_MS = 86_400_000;
const audit = { record: async () => {} };
const nothing = async () => {};

interface Meanwhile {
  /** Runs while a new password is hashed. */
  work: (id: string, sessionId: string) => Promise<unknown>;
  /** How long a log-in waits after it has counted the sessions. */
  countedMs: number;
}

/** Services on a real database. */
const parts = use(async () => {
  const users = createUserRepository(mongo.connection);
  const sessions = createSessionRepository(mongo.connection);
  await Promise.all([
    users.prepare(),
    sessions.prepare(),
    createNoticeRepository(mongo.connection).prepare(),
  ]);
  const { transaction } = mongo;
  const meanwhile: Meanwhile = { work: nothing, countedMs: 0 };
  const grant = (principal: Principal, until?: Date) => ({
    token: JSON.stringify(principal),
    expiresAt: until ?? new Date(0),
  });
  const service = createSessionService({
    sessions: {
      ...sessions,
      async ofUser(...query) {
        const found = await sessions.ofUser(...query);
        await sleep(meanwhile.countedMs);
        return found;
      },
    },
    users,
    transaction,
    audit,
    successors: {} as never,
    board: { post: nothing, announce: nothing },
    tokens: { ttlMs: 60_000, grant },
    idleMs: DAY_MS,
    mostMs: DAY_MS,
  });
  let member = { id: '', sessionId: '' };
  const passwords = createPasswordService({
    users,
    audit,
    transaction,
    grant,
    sessions: service,
    hashPool: {
      hash: async () => {
        await meanwhile.work(member.id, member.sessionId);
        return `$new ${Math.random()}`;
      },
    },
    places: { hold: (_claim, work) => work({} as never) },
    confirm: async (_password, { origin }, next) =>
      next((await users.withSecrets(origin.user.id))!, {} as never),
    requireInForce: nothing,
    resets: { userIdOf: () => member.id, isOf: () => true } as never,
    notify: undefined,
  });

  /** Signs up an Admin, and logs them in. */
  async function build(): Promise<Principal> {
    const user = await users.create({ ...newPerson(), passwordHash: '$old', role: 'Admin' } as never);
    const grant = await service.open(user, CLIENT);
    const principal = JSON.parse(grant!.token) as Principal;
    member = { id: principal.id, sessionId: principal.sessionId! };
    return principal;
  }
  const body = { currentPassword: 'correct horse', newPassword: 'battery staple' };
  const change = (user: Principal) => passwords.change(user.id, body, { ...CLIENT, user });
  return { users, sessions, service, passwords, meanwhile, build, change };
});

const passwordOf = async (id: string) => (await parts.users.withSecrets(id))?.passwordHash;
const access = (id: string, changed: { role?: 'worker'; disabled?: boolean }) =>
  mongo.transaction((session) => parts.users.change(id, {}, undefined, { access: changed, session }));

describe('a change of the own password', () => {
  it.each<[string, (id: string, sessionId: string) => Promise<unknown>, number]>([
    ['a demotion', (id) => access(id, { role: 'worker' }), 409],
    ['a disabling', (id) => access(id, { disabled: true }), 409],
    [
      'a disabling that was taken back',
      async (id) => {
        await access(id, { disabled: true });
        await access(id, { disabled: false });
      },
      409,
    ],
    ['a log-out everywhere', (id) => parts.service.logOut({ user: { id, role: 'Admin' } }, true), 409],
    [
      'a log-out of the session',
      (id, sessionId) => parts.service.logOut({ user: { id, role: 'Admin', sessionId } }, false),
      401,
    ],
    [
      'the end of the session by itself',
      (_id, sessionId) =>
        mongo.db
          .collection('sessions')
          .updateOne({ _id: new Types.ObjectId(sessionId) }, { $set: { until: new Date(0) } }),
      401,
    ],
  ])('grants nothing if it races with %s', async (_name, work, status) => {
    const user = await parts.build();
    parts.meanwhile.work = work;
    await expect(parts.change(user)).rejects.toMatchObject({ status });
    parts.meanwhile.work = nothing;
    expect(await passwordOf(user.id)).toBe('$old');
  });

  it('grants the present role of the user', async () => {
    const user = await parts.build();
    const { token } = await parts.change(user);
    const granted = JSON.parse(token) as Principal;
    expect(granted).toEqual({ ...user, authVersion: expect.any(Number) as number });
    expect(granted.authVersion).toBeGreaterThan(user.authVersion!);
  });

  it('grants no token that outlives the session', async () => {
    const user = await parts.build();
    const session = await parts.sessions.byId(user.sessionId!);
    expect((await parts.change(user)).expiresAt).toEqual(session!.until);
  });

  it('is refused to a token that ended before the password was compared', async () => {
    const user = await parts.build();
    await access(user.id, { role: 'worker' });
    await expect(parts.change(user)).rejects.toMatchObject({ status: 401 });
    expect(await passwordOf(user.id)).toBe('$old');
  });
});

describe('a log-in', () => {
  const READ = { role: 'Admin' as const };

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['a demotion', (id) => access(id, { role: 'worker' })],
    ['a disabling', (id) => access(id, { disabled: true })],
    ['a log-out everywhere', (id) => parts.service.logOut({ user: { id, ...READ } }, true)],
    ['a removal', (id) => mongo.transaction((session) => parts.users.remove(id, undefined, session))],
  ])('opens no session if it races with %s', async (_name, work) => {
    const { id, authVersion } = await parts.build();
    await work(id);
    expect(await parts.service.open({ _id: id, ...READ, authVersion }, CLIENT)).toBeUndefined();
  });

  it('keeps the limit of sessions, also beside other log-ins', async () => {
    const { id, authVersion } = await parts.build();
    const open = () => parts.service.open({ _id: id, ...READ, authVersion }, CLIENT);
    const sessions = () => mongo.db.collection('sessions').find({ userId: new Types.ObjectId(id) });
    const [stored] = await sessions().toArray();
    const { _id: _, ...fields } = stored!;
    const more = Array.from({ length: MOST_SESSIONS - 2 }, (_, index) => ({
      ...fields,
      family: `family-${index}`,
    }));
    await mongo.db.collection('sessions').insertMany(more);
    parts.meanwhile.countedMs = 100;
    const opened = await Promise.all(Array.from({ length: 4 }, open));
    parts.meanwhile.countedMs = 0;
    expect(opened.every(Boolean)).toBe(true);
    expect(await sessions().toArray()).toHaveLength(MOST_SESSIONS);
  });
});

describe('a reset of the password', () => {
  it('takes effect in spite of a demotion or a log-out meanwhile, since it grants nothing', async () => {
    const user = await parts.build();
    parts.meanwhile.work = (id) => access(id, { role: 'worker' });
    await parts.passwords.reset('tfp_', 'battery staple', CLIENT);
    parts.meanwhile.work = nothing;
    expect(await passwordOf(user.id)).not.toBe('$old');
  });
});
