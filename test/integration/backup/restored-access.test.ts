import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import request from 'supertest';
import { restoreBackup } from '../../../src/backup/restore-backup';
import { writeBackup } from '../../../src/backup/write-backup';
import { startApi, type TestApi } from '../../support/api';
import { as, buildAdmin, newPerson } from '../../support/factories';
import { useData } from '../../support/stored';

const data = useData();
const people = Array.from({ length: 4 }, newPerson);
const [quiet, loggedOut, removed, changed] = [0, 1, 2, 3] as const;
let before: Session[];
let meanwhile: Session;
let folder: string;
let api: TestApi;

interface Session {
  token: string;
  refreshToken: string;
  user: { _id: string };
}

const statusOf = async (session: Session) => (await as(api, session).get('/tasks')).status;
const logIn = async ({ email, password }: { email: string; password: string }): Promise<Session> =>
  (await request(api.server).post('/users/login').send({ email, password }).expect(200)).body as Session;
const signUp = async (person: object): Promise<Session> =>
  (await request(api.server).post('/users/signup').send(person).expect(201)).body as Session;

async function endWhatWasIssued(): Promise<void> {
  const admin = await buildAdmin(api);
  await as(api, before[loggedOut]!).post('/users/logout', { all: true }).expect(204);
  await admin.delete(`/users/${before[removed]!.user._id}`).expect(204);
  const { _id } = before[changed]!.user;
  await admin.patch(`/users/${_id}`, { disabled: true }).expect(200);
  await admin.patch(`/users/${_id}`, { disabled: false }).expect(200);
  meanwhile = await logIn(people[changed]!);
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'restored-access-'));
  const file = path.join(folder, 'a.gz');
  api = await startApi(data.namespace);
  before = await Promise.all(people.map(signUp));
  await writeBackup({ dump: data.dump, migrations: data.migrations, file });
  await endWhatWasIssued();
  await api.close();
  await restoreBackup({ ...data, file, empty: data.namespace });
  api = await startApi(data.namespace);
});
afterAll(async () => {
  await api.close();
  await rm(folder, { recursive: true });
});

describe('after a restore', () => {
  it('tokens stay valid that nothing had ended', async () => {
    expect(await statusOf(before[quiet]!)).toBe(200);
  });

  it.each([
    ['a log-out', loggedOut],
    ['a removal', removed],
    ['a change of access', changed],
  ])('tokens stay ended that ended after the backup, by %s', async (_name, index) => {
    expect(await statusOf(before[index]!)).toBe(401);
  });

  it('no refresh token of the backup is valid', async () => {
    for (const { refreshToken } of before)
      await request(api.server).post('/users/token').send({ refreshToken }).expect(401);
  });

  it('all users of the backup log in and get valid tokens', async () => {
    for (const person of people) expect(await statusOf(await logIn(person))).toBe(200);
  });

  it('a further ending also ends what was issued between backup and restore', async () => {
    expect(await statusOf(meanwhile)).toBe(200);
    await as(api, await logIn(people[changed]!))
      .post('/users/logout', { all: true })
      .expect(204);
    expect(await statusOf(meanwhile)).toBe(401);
  });
});
