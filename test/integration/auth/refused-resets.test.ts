import request from 'supertest';
import { buildMember, newPerson } from '../../support/factories';
import { useAdmin, useApi, useMongo } from '../../support/use-api';
import { eventually } from '../../support/wait';

const api = useApi();
const mongo = useMongo(api);
const admin = useAdmin(api);

const reset = (resetToken: string) =>
  request(api.server).put('/users/password').send({ resetToken, newPassword: newPerson().password });

describe('a refused reset token', () => {
  it('is recorded in the audit, once for a user and a network', async () => {
    const member = await buildMember(api);
    const { body } = await admin.post(`/users/${member.id}/password-reset`).expect(200);
    const { resetToken } = body as { resetToken: string };
    await reset(resetToken).expect(204);
    await reset(resetToken).expect(401);
    await reset(resetToken).expect(401);
    const entries = () =>
      mongo.db.collection('audit').find({ target: member.id, action: 'password-reset' }).toArray();
    await eventually(async () => (await entries()).length > 1);
    expect((await entries()).map(({ outcome }) => outcome as string).sort()).toEqual(['done', 'refused']);
  });
});
