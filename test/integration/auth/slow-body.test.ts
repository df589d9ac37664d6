import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import request from 'supertest';
import { as, buildMember } from '../../support/factories';
import { connectRaw } from '../../support/raw-client';
import { useApis } from '../../support/use-api';
import { eventually } from '../../support/wait';

const [api, other] = useApis();

/** Longer than what counts as soon after the authentication. */
const LATE_MS = 150;

const begin = async (token: string, id: string, body: string) => {
  const client = await connectRaw((api.server.address() as AddressInfo).port);
  client.ask(`PATCH /users/${id}`, {
    Authorization: `Bearer ${token}`,
    'Content-Type': 'application/json',
    'Content-Length': String(body.length),
  });
  client.socket.write(body.slice(0, 1));
  // The worker has read the head by the time that it answers requests sent later.
  for (let count = 0; count < 2; count++) await request(api.server).get('/health/live').expect(200);
  return client;
};

describe('a request whose body arrives long after its head', () => {
  it.each([
    ['is refused if the token has ended meanwhile', true, '401'],
    ['is handled if the token is still in force', false, '200'],
  ])('%s', async (_what, ends, status) => {
    const member = await buildMember(api);
    const body = JSON.stringify({ name: 'After' });
    const client = await begin(member.token, member.id, body);
    if (ends) await as(other, member).post('/users/logout').expect(204);
    if (ends) await eventually(async () => (await as(api, member).get('/users/me')).status === 401);
    await sleep(LATE_MS);
    client.socket.write(body.slice(1));
    await eventually(() => client.statuses().length > 0);
    client.socket.destroy();
    expect(client.statuses()).toEqual([status]);
  });
});
