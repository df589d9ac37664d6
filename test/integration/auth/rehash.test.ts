import { getRounds } from 'bcryptjs';
import request from 'supertest';
import { startApi } from '../../support/api';
import { logIn, newPerson } from '../../support/factories';
import { useAdmin, useApi, useMongo } from '../../support/use-api';
import { use } from '../../support/use';

/** The test API hashes at a cost of 4. */
const OLD = 4;
const RAISED = 9;
const api = useApi();
const mongo = useMongo(api);
const admin = useAdmin(api);
const raised = use(
  () => startApi(api.namespace, { BCRYPT_COST: String(RAISED), LOGIN_ATTEMPTS: '1000' }),
  (started) => started.close(),
);

async function signUp() {
  const person = newPerson();
  const { body } = await request(api.server).post('/users/signup').send(person).expect(201);
  return { ...person, id: (body as { user: { _id: string } }).user._id };
}
const logInAtRaised = (email: string, password: string) => logIn(raised, { email, password });
const costOf = async (username: string) => {
  const user = await mongo.db.collection('users').findOne({ username });
  return getRounds(String(user!.passwordHash));
};

/** CPU time of this process with its hash threads; a clock would include other processes. */
async function timeOf(email: string): Promise<number> {
  const before = process.cpuUsage();
  await logInAtRaised(email, 'not this one').expect(401);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

describe('a raised BCRYPT_COST', () => {
  it('applies to a password at the next right log-in, and not at a wrong one', async () => {
    const { email, username, password } = await signUp();
    await logInAtRaised(email, 'not this one').expect(401);
    expect(await costOf(username)).toBe(OLD);
    await logInAtRaised(email, password).expect(200);
    expect(await costOf(username)).toBe(RAISED);
    await logInAtRaised(email, password).expect(200);
    await logInAtRaised(email, 'not this one').expect(401);
  });

  it('changes nothing that an answer about the user shows', async () => {
    const { id, email, password } = await signUp();
    const before = await admin.get(`/users/${id}`).expect(200);
    await logInAtRaised(email, password).expect(200);
    expect((await admin.get(`/users/${id}`).expect(200)).headers.etag).toBe(before.headers.etag);
  });

  it('takes as long for unknown and disabled names as for known ones, whatever the cost of their hashes', async () => {
    const [old, disabled, renewed] = [await signUp(), await signUp(), await signUp()];
    await logInAtRaised(renewed.email, renewed.password).expect(200);
    await admin.patch(`/users/${disabled.id}`, { disabled: true }).expect(200);
    const emails = [old.email, disabled.email, renewed.email, 'nobody@example.com'];
    const times = emails.map(() => [] as number[]);
    for (let round = 0; round < 9; round++)
      for (const [index, email] of emails.entries()) times[index]!.push(await timeOf(email));
    // The minimum of each, since other work of this process only adds to it.
    const [least, , , most] = times.map((all) => Math.min(...all)).sort((a, b) => a - b);
    expect(most! / least!).toBeLessThan(1.5);
  });
});
