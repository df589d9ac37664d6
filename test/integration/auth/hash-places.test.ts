import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import request from 'supertest';
import { startApi } from '../../support/api';
import { buildMember, newPerson } from '../../support/factories';
import { eventually } from '../../support/wait';
import { useApi, useMongo } from '../../support/use-api';
import { portOf } from '../../support/listen';

/** One hash takes long, and one may wait for it: two sign-ups fill the worker. */
const api = useApi({
  BCRYPT_COST: '12',
  HASH_QUEUE_LIMIT: '1',
  RATE_LIMIT_EXEMPT_LOOPBACK: 'false',
  SIGNUP_LIMIT: '4',
});
const mongo = useMongo(api);
let addresses = 0;
const newAddress = () => `203.0.113.${++addresses}`;

const signUp = (address: string, person: object = newPerson(), key?: string) =>
  request(api.server)
    .post('/users/signup')
    .set('X-Forwarded-For', address)
    .set(key ? { 'Idempotency-Key': key } : {})
    .send(person);
const underWay = async () =>
  Number(/^taskfleet_hashes_under_way{.*} (\d+)$/m.exec((await request(api.door).get('/metrics')).text)?.[1]);
const statusOf = ({ status }: { status: number }) => status;

/**
 * Sends two sign-ups, and resolves once they fill the worker; one of them ends it. On a machine on which a hash takes
 * longer than a client waits, the second is refused, as all others are until the first is done.
 */
async function fill() {
  for (;;) {
    const answers: number[] = [];
    const both = [newAddress(), newAddress()].map((address) =>
      signUp(address).then(({ status }) => answers.push(status)),
    );
    await eventually(async () => (await underWay()) + answers.length === 2);
    // On a busy host both may have ended before this looked.
    if (answers.length < 2) return { ended: Promise.all(both).then(() => answers) };
  }
}

describe('the API under many passwords', () => {
  it('refuses a password before its body is sent, without counting into a limit', async () => {
    const { ended } = await fill();
    const address = newAddress();
    const socket = connect(portOf(api.server), '127.0.0.1');
    const head = [
      'POST /users/signup HTTP/1.1',
      'Host: x',
      `X-Forwarded-For: ${address}`,
      'Content-Length: 200',
    ];
    socket.write([...head, 'Content-Type: application/json', '', ''].join('\r\n'));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    const text = answer.toString();
    expect(text).toMatch(/^HTTP\/1\.1 503 /);
    expect(text).toMatch(/^retry-after: [1-9]/im);
    expect(text).not.toMatch(/^ratelimit/im);
    expect(text).toContain('had no effect');
    // A log-in as well, at once for each client that was not refused before.
    const logIns = await Promise.all(
      Array.from({ length: 6 }, () =>
        request(api.server)
          .post('/users/login')
          .set('X-Forwarded-For', newAddress())
          .send({ email: 'nobody@example.com', password: 'a wrong guess' }),
      ),
    );
    expect(logIns.map(statusOf)).toEqual(Array(6).fill(503));
    // Two sign-ups of the set-up; on a starved host both may be refused.
    await ended;
    for (let count = 0; count < 4; count++) await signUp(address).expect(201);
    await signUp(address).expect(429);
  });

  it('holds requests that come back before Retry-After, and serves a command and another client meanwhile', async () => {
    const took = async (address: string) => {
      const began = performance.now();
      const { status } = await signUp(address);
      return { status, ms: performance.now() - began };
    };
    const { ended, first, again, fresh } = await eventually(async () => {
      const impatient = newAddress();
      const { ended } = await fill();
      const first = await took(impatient);
      const [again, fresh] = await Promise.all([took(impatient), took(newAddress())]);
      // On a busy host the hashes may end before a request comes: fill the worker again then.
      return [first, again, fresh].every(({ status }) => status === 503) && { ended, first, again, fresh };
    });
    expect(again.ms).toBeGreaterThan(3 * Math.max(first.ms, fresh.ms));
    const admin = await api.auth.createAdmin(newPerson());
    expect(admin.role).toBe('Admin');
    // On a starved host both sign-ups of the set-up may be refused. The worker then takes the next one.
    if (!(await ended).includes(201))
      await eventually(async () => (await signUp(newAddress())).status === 201);
  });

  it('leaves no trace of a refused sign-up, so that its key can be used again', async () => {
    const sent = Array.from({ length: 8 }, () => ({
      person: newPerson(),
      key: randomUUID(),
      address: newAddress(),
    }));
    const answers = await Promise.all(sent.map(({ address, person, key }) => signUp(address, person, key)));
    const done = answers.filter(({ status }) => status === 201).length;
    expect(done).toBeGreaterThan(0);
    expect(answers.map(statusOf).filter((status) => status !== 201)).toEqual(Array(8 - done).fill(503));
    expect(await mongo.db.collection('idempotency_keys').countDocuments()).toBe(done);
    const refused = sent[answers.findIndex(({ status }) => status === 503)]!;
    await signUp(newAddress(), { ...refused.person, name: 'Another' }, refused.key).expect(201);
  });

  it('gives an address a few places, and another address its turn meanwhile', async () => {
    const roomy = await startApi(api.namespace, { BCRYPT_COST: '9', RATE_LIMIT_EXEMPT_LOOPBACK: 'false' });
    const { email, password } = await buildMember(roomy);
    const greedy = newAddress();
    const flood = Array.from({ length: 12 }, () =>
      request(roomy.server).post('/users/signup').set('X-Forwarded-For', greedy).send(newPerson()),
    );
    const answers = Promise.all(flood);
    const person = await request(roomy.server)
      .post('/users/login')
      .set('X-Forwarded-For', newAddress())
      .send({ email, password });
    expect(person.status).toBe(200);
    const refused = (await answers).filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThanOrEqual(3);
    expect(refused[0]!.body.detail).toMatch(/^Too many passwords from your network/);
    expect((await answers).filter(({ status }) => status === 201).length).toBeGreaterThanOrEqual(3);
    await roomy.close();
  });
});
