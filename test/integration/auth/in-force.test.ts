import { Types } from 'mongoose';
import { as, buildAdmin, buildMember, knows, newPerson, type Account } from '../../support/factories';
import { useAdmin, useApi, useMongo } from '../../support/use-api';

const api = useApi();
const mongo = useMongo(api);
const first = useAdmin(api);

const users = () => mongo.db.collection('users');
const update = (id: string, change: object) => users().updateOne({ _id: new Types.ObjectId(id) }, change);

/** Changes that another worker has acknowledged, while this one has not read the notice of it yet. */
const ENDINGS: Record<string, (account: Account) => Promise<unknown>> = {
  demoted: ({ id }) => update(id, { $set: { role: 'worker' }, $inc: { authVersion: 1 } }),
  disabled: ({ id }) => update(id, { $set: { disabled: true }, $inc: { authVersion: 1 } }),
  'logged out everywhere': ({ id }) => update(id, { $inc: { authVersion: 1 } }),
  'logged out': ({ id }) => mongo.db.collection('sessions').deleteMany({ userId: new Types.ObjectId(id) }),
  removed: ({ id }) => users().deleteOne({ _id: new Types.ObjectId(id) }),
};

const inAMonth = () => new Date(Date.now() + 30 * 86_400_000).toISOString();
const scriptToken = () => ({ name: 'Lasting', access: 'write', expiresAt: inAMonth() });

/** Requests that would give lasting access, or take it from others. */
const REQUESTS: Record<string, (by: Account, other: Account, tokenId: string) => ReturnType<Account['get']>> =
  {
    'create a user': (by) => {
      const { password: _, ...person } = newPerson({ role: 'Admin' });
      return by.post('/users', person);
    },
    'make a password reset': (by, { id }) => by.post(`/users/${id}/password-reset`),
    'make a script token': (by) => by.post(`/users/${by.id}/tokens`, scriptToken()),
    'delete a script token': (by, { id }, tokenId) => by.delete(`/users/${id}/tokens/${tokenId}`),
    'change a role': (by, { id }) => by.patch(`/users/${id}`, { role: 'Admin' }),
    'change the address of another user': (by, { id }) =>
      by.patch(`/users/${id}`, { email: newPerson().email }),
    'remove another user': (by, { id }) => by.delete(`/users/${id}`),
  };

/** What may not change, in a form that can be compared. */
const state = async (): Promise<string> => {
  const kinds = ['users', 'sessions', 'scriptTokens', 'audit'].map((name) =>
    mongo.db.collection(name).find().sort({ _id: 1 }).toArray(),
  );
  return JSON.stringify(await Promise.all(kinds), (key, value: unknown) =>
    key === 'uploads' ? undefined : value,
  );
};

describe.each(Object.keys(ENDINGS))('an Admin who was %s a moment ago', (ending) => {
  it.each(Object.keys(REQUESTS))('can not %s any more', async (wish) => {
    const by = await buildAdmin(api);
    const other = await buildMember(api);
    const { body: token } = await other.post(`/users/${other.id}/tokens`, scriptToken()).expect(201);
    await ENDINGS[ending]!(by);
    const before = await state();
    const { status, body } = await REQUESTS[wish]!(by, other, token._id as string);
    expect({ status, detail: body.detail }).toEqual({
      status: 401,
      detail: expect.stringContaining('has ended') as string,
    });
    expect(await state()).toBe(before);
  });

  it('can not change the own password any more', async () => {
    const by = await buildAdmin(api);
    await ENDINGS[ending]!(by);
    const before = await state();
    const body = { currentPassword: by.password, newPassword: 'battery staple' };
    const { status } = await by.put(`/users/${by.id}/password`, body);
    expect([401, 404]).toContain(status);
    expect(await state()).toBe(before);
  });
});

describe('the check of a token in a transaction', () => {
  it('refuses a role that was given back by hand, and accepts tokens that are in force', async () => {
    const by = await buildAdmin(api);
    await update(by.id, { $set: { role: 'worker' } });
    await by.post(`/users/${first.id}/password-reset`).expect(401);
    await update(by.id, { $set: { role: 'Admin' } });
    await by.post(`/users/${first.id}/password-reset`).expect(200);
    await as(api, by).delete(`/users/${by.id}`, knows(by)).expect(204);
  });

  it('accepts a user of an earlier release, who has no authVersion', async () => {
    const by = await buildMember(api);
    await update(by.id, { $unset: { authVersion: 1 } });
    await by.post(`/users/${by.id}/tokens`, scriptToken()).expect(201);
  });
});
