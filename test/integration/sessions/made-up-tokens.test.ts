import jwt from 'jsonwebtoken';
import request from 'supertest';
import { as, newPerson } from '../../support/factories';
import { useApis } from '../../support/use-api';

const [api] = useApis();

interface Session {
  token: string;
  refreshToken: string;
}

const signUp = async (): Promise<Session> =>
  (await request(api.server).post('/users/signup').send(newPerson()).expect(201)).body as Session;
const renew = (refreshToken: string) => request(api.server).post('/users/token').send({ refreshToken });
const claimsOf = ({ token }: Session) => jwt.decode(token) as { sid: string };

describe('a refresh token', () => {
  it('ends no session if it is made up of the id that logs show', async () => {
    const session = await signUp();
    await renew(`tfr_${claimsOf(session).sid}_${'a'.repeat(43)}`).expect(401);
    await as(api, session).get('/tasks').expect(200);
    await renew(session.refreshToken).expect(200);
  });

  it('shows its family nowhere else', async () => {
    const session = await signUp();
    const { body } = await as(api, session).get('/users/me/sessions').expect(200);
    const [, family] = session.refreshToken.split('_');
    expect(JSON.stringify([body, claimsOf(session)])).not.toContain(family);
  });
});
