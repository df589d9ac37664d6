import request from 'supertest';
import { startApi } from '../../support/api';
import { buildMember, newPerson } from '../../support/factories';
import { useApis, useMongo, useRedis } from '../../support/use-api';
import { eventually } from '../../support/wait';

/** Two workers; two wrong passwords for an account from an address, 20 from everywhere, 40 from one address. */
const ATTEMPTS = 2;
const redis = useRedis();
const workers = useApis(() => ({
  REDIS_URL: redis.url,
  RATE_LIMIT: '0',
  SIGNUP_LIMIT: '0',
  LOGIN_ATTEMPTS: String(ATTEMPTS),
}));
const mongo = useMongo(workers[0]);

let sent = 0;
let addresses = 0;
const newAddress = () => `203.0.113.${++addresses}`;
const signUp = () => buildMember(workers[0]);

/** Sends log-ins to the workers in turn. */
const logIn = (address: string, login: string, password: string) =>
  request(workers[sent++ % 2]!.server)
    .post('/users/login')
    .set('X-Forwarded-For', address)
    .send({ email: login, password });
const guess = (address: string, login: string) => logIn(address, login, `guess ${sent}`);

/** Most log-ins of one address that may wait at a time: three in each of two workers. */
const TOGETHER = 6;
async function together<T>(count: number, one: (index: number) => PromiseLike<T>): Promise<T[]> {
  const all: T[] = [];
  while (all.length < count) {
    const batch = Array.from({ length: Math.min(TOGETHER, count - all.length) }, (_, i) =>
      one(all.length + i),
    );
    all.push(...(await Promise.all(batch)));
  }
  return all;
}
const guesses = (count: number, address: string, login: string) =>
  together(count, () => guess(address, login));
const statusOf = ({ status }: { status: number }) => status;
const statuses = (answers: { status: number }[]) => answers.map(statusOf).sort();
const times = (count: number, status: number) => Array<number>(count).fill(status);

describe('log-ins from one address', () => {
  it('are recorded once in the audit when they are refused from then on', async () => {
    const { email, id } = await signUp();
    await guesses(12, newAddress(), email);
    const entries = () => mongo.db.collection('audit').find({ target: id, outcome: 'refused' }).toArray();
    await eventually(async () => (await entries()).length > ATTEMPTS);
    expect((await entries()).map(({ detail }) => detail as string).sort()).toEqual([
      'too many failed log-ins',
      ...Array<string>(ATTEMPTS).fill('wrong password'),
    ]);
  });

  it('allow a few guesses, however many come at once, and let the owner in from another address', async () => {
    const { email, password } = await signUp();
    const address = newAddress();
    const answers = await guesses(12, address, email);
    expect(statuses(answers)).toEqual([...times(ATTEMPTS, 401), ...times(12 - ATTEMPTS, 429)]);
    const refused = answers.find(({ status }) => status === 429)!;
    expect(refused.body.type).toBe('/problems/too-many-requests');
    const seconds = Number(refused.headers['retry-after']);
    expect(seconds).toBeGreaterThan(850);
    expect(seconds).toBeLessThanOrEqual(900);
    await logIn(address, email, password).expect(429);
    await logIn(newAddress(), email, password).expect(200);
  });

  it('are counted case-insensitively, without revealing which e-mail and user name belong together', async () => {
    const { email, username } = await signUp();
    const address = newAddress();
    await guesses(ATTEMPTS, address, email);
    await guess(address, email.toUpperCase()).expect(429);
    await guess(address, username).expect(401);
  });

  it('are answered alike for an unknown name', async () => {
    const { email } = await signUp();
    const known = await guesses(ATTEMPTS + 1, newAddress(), email);
    const unknown = await guesses(ATTEMPTS + 1, newAddress(), 'Nobody@example.com');
    expect(statuses(unknown)).toEqual(statuses(known));
    const detailOf = (answers: typeof known) => answers.find(({ status }) => status === 429)!.body.detail;
    expect(detailOf(unknown)).toBe(detailOf(known));
    expect(unknown.every(({ text }) => !/nobody@/i.test(text))).toBe(true);
  });

  it('forget the failures once the owner is in', async () => {
    const { email, password } = await signUp();
    const address = newAddress();
    for (let round = 0; round < 3; round++) {
      await guess(address, email).expect(401);
      await logIn(address, email, password).expect(200);
    }
    await guess(address, email).expect(401);
    await guess(address, email).expect(401);
    await guess(address, email).expect(429);
  });

  it('do not count as guesses if they are right and come at once', async () => {
    const { email, password } = await signUp();
    const address = newAddress();
    const answers = await together(18, () => logIn(address, email, password));
    expect(statuses(answers)).toEqual(times(18, 200));
  });

  it('are limited over many accounts, without affecting other addresses', async () => {
    const address = newAddress();
    const names = Array.from({ length: 20 * ATTEMPTS + 5 }, () => newPerson().email);
    const answers = await together(names.length, (index) => guess(address, names[index]!));
    expect(statuses(answers)).toEqual([...times(20 * ATTEMPTS, 401), ...times(5, 429)]);
    const { email, password } = await signUp();
    await logIn(address, email, password).expect(429);
    await logIn(newAddress(), email, password).expect(200);
  });

  it('are not limited from loopback if it is exempt', async () => {
    const names = Array.from({ length: 20 * ATTEMPTS + 5 }, () => newPerson().email);
    const answers = await Promise.all(names.map((name) => guess('127.0.0.1', name)));
    expect(statuses(answers)).toEqual(times(names.length, 401));
  });
});

describe('right log-ins', () => {
  const MOST = 30;

  it('are refused past a number that no person needs, with advice, and only from that address', async () => {
    const { email, password } = await signUp();
    const address = newAddress();
    const answers = await together(MOST, () => logIn(address, email, password));
    expect(statuses(answers)).toEqual(times(MOST, 200));
    const { body, headers } = await logIn(address, email, password).expect(429);
    expect(body.detail).toMatch(
      /keep the token, which is valid for 3600 seconds, .*"Authorization: Bearer TOKEN"/,
    );
    const seconds = Number(headers['retry-after']);
    expect(seconds).toBeGreaterThan(800);
    expect(seconds).toBeLessThanOrEqual(900);
    // No guess gets through meanwhile, and the owner can log in from another address.
    await guess(address, email).expect(429);
    const home = newAddress();
    for (let round = 0; round < 3; round++) await logIn(home, email, password).expect(200);
  });

  it('from an IPv6 network count together', async () => {
    const { email, password } = await signUp();
    const from = (index: number) => `2001:db8:7:8::${(index + 1).toString(16)}`;
    await together(MOST, (index) => logIn(from(index), email, password));
    await logIn(from(MOST), email, password).expect(429);
    await logIn('2001:db8:7:9::1', email, password).expect(200);
  });

  it('are not used up by wrong ones', async () => {
    const { email, password } = await signUp();
    const address = newAddress();
    // Together they exceed the limit.
    for (let round = 0; round < 18; round += 1) {
      await guess(address, email).expect(401);
      await logIn(address, email, password).expect(200);
    }
  });

  it('from loopback are not counted if it is exempt', async () => {
    const { email, password } = await signUp();
    const answers = await together(MOST + 6, () => logIn('127.0.0.1', email, password));
    expect(statuses(answers)).toEqual(times(MOST + 6, 200));
  });
});

describe('log-ins from many addresses', () => {
  it('leave one try to each address, so that the owner gets in', async () => {
    const { email, password } = await signUp();
    for (let sender = 0; sender < 10; sender++) {
      expect(statuses(await guesses(ATTEMPTS, newAddress(), email))).toEqual(times(ATTEMPTS, 401));
    }
    const fresh = newAddress();
    await guess(fresh, email).expect(401);
    await guess(fresh, email).expect(429);
    await logIn(fresh, email, password).expect(429);
    const home = newAddress();
    for (let round = 0; round < 3; round++) await logIn(home, email, password).expect(200);
  });
});

describe('the login guard', () => {
  it('counts nothing if the comparison failed', async () => {
    const busy = await startApi(workers[0].namespace, {
      REDIS_URL: redis.url,
      LOGIN_ATTEMPTS: '1',
      BCRYPT_COST: '10',
      HASH_QUEUE_LIMIT: '1',
    });
    const { email, password } = await signUp();
    const flood = Array.from({ length: 8 }, () =>
      request(busy.server).post('/users/signup').send(newPerson()).then(statusOf),
    );
    const address = newAddress();
    const tries = Array.from({ length: 4 }, () =>
      request(busy.server)
        .post('/users/login')
        .set('X-Forwarded-For', address)
        .send({ email, password })
        .then(statusOf),
    );
    const answers = await Promise.all([...flood, ...tries]);
    expect(answers).toContain(503);
    expect(answers).not.toContain(429);
    await logIn(address, email, password).expect(200);
    await busy.close();
  });

  it('keeps limiting, in each worker, while Redis is unreachable', async () => {
    const { email, password } = await signUp();
    const address = newAddress();
    await redis.stop();
    const answers = await guesses(12, address, email);
    expect(statuses(answers)).toEqual([...times(2 * ATTEMPTS, 401), ...times(12 - 2 * ATTEMPTS, 429)]);
    await logIn(address, email, password).expect(429);
    await logIn(newAddress(), email, password).expect(200);
    await redis.start();
  });
});
