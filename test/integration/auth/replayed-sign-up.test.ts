import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { as, newPerson } from '../../support/factories';
import { useAdmin, useApi } from '../../support/use-api';

const api = useApi();
const admin = useAdmin(api);

/** Signs up with a key, and returns the user and what sends the same request again. */
async function signUp() {
  const [person, key] = [newPerson(), `"${randomUUID()}"`];
  const send = () => request(api.server).post('/users/signup').set('Idempotency-Key', key).send(person);
  const { body } = await send().expect(201);
  return { person, send, id: body.user._id as string, token: body.token as string };
}

describe('a replay of a sign-up', () => {
  it('opens a session while the password of the sign-up is the present one', async () => {
    const { send, id } = await signUp();
    const { body, headers } = await send().expect(201);
    expect(headers['idempotent-replayed']).toBe('true');
    await as(api, body).get(`/users/${id}`).expect(200);
  });

  it('is refused like a wrong password while the user is disabled', async () => {
    const { person, send, id } = await signUp();
    await admin.patch(`/users/${id}`, { disabled: true }).expect(200);
    const { body } = await send().expect(401);
    const wrong = await request(api.server)
      .post('/users/login')
      .send({ email: person.email, password: 'not this one' });
    expect({ ...body, requestId: '' }).toEqual({ ...wrong.body, requestId: '' });
    await admin.patch(`/users/${id}`, { disabled: false }).expect(200);
    await send().expect(201);
  });

  it.each(['change', 'reset'])('is refused after a %s of the password', async (kind) => {
    const { person, send, id, token } = await signUp();
    const newPassword = 'battery staple';
    if (kind === 'change') {
      const body = { currentPassword: person.password, newPassword };
      await as(api, { token }).put(`/users/${id}/password`, body).expect(200);
    } else {
      const { body } = await admin.post(`/users/${id}/password-reset`).expect(200);
      const { resetToken } = body as { resetToken: string };
      await request(api.server).put('/users/password').send({ resetToken, newPassword }).expect(204);
    }
    await send().expect(401);
    const { body: entries } = await admin
      .get(`/audit?target=${id}&limit=1&fields=action,outcome`)
      .expect(200);
    expect(entries).toEqual([expect.objectContaining({ action: 'log-in', outcome: 'refused' })]);
  });
});
