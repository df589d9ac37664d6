import request from 'supertest';
import { dropDatabase, newNamespace, startApi, type TestApi } from '../../support/api';
import { as, buildWorker, newPerson } from '../../support/factories';
import { newPicture } from '../../support/pictures';
import { startRedis } from '../../support/redis-server';
import { eventually } from '../../support/wait';

/** Two workers on a Redis of their own, with limits that a test can reach. */
const namespace = newNamespace();
const LIMIT = 20;
let redis: Awaited<ReturnType<typeof startRedis>>;
let workers: TestApi[];
let one: TestApi;
let other: TestApi;

const variables = () => ({
  REDIS_URL: redis.url,
  RATE_LIMIT: String(LIMIT),
  SIGNUP_LIMIT: '3',
  RATE_LIMIT_EXEMPT_LOOPBACK: 'false',
});

beforeAll(async () => {
  redis = await startRedis();
  workers = await Promise.all([startApi(namespace, variables()), startApi(namespace, variables())]);
  [one, other] = workers as [TestApi, TestApi];
});

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  await redis.remove();
  await dropDatabase(namespace);
});

let addresses = 0;
const newAddress = () => `198.18.${++addresses >> 8}.${addresses & 255}`;

/** NGINX, which is trusted, says where the client is. */
const from = (address: string, api = one, path = '/tasks') =>
  request(api.server).get(path).set('X-Forwarded-For', address);

const signUp = (address: string, api = one) =>
  request(api.server).post('/users/signup').set('X-Forwarded-For', address).send(newPerson());

/** Each from an address of their own, as sign-up has a limit. */
async function newUser(): Promise<{ token: string; user: { _id: string; email: string; username: string } }> {
  const { body } = await signUp(newAddress()).expect(201);
  return body as Awaited<ReturnType<typeof newUser>>;
}

const left = (answer: { headers: Record<string, string> }) => {
  const [, remaining, seconds] = /^"default";r=(\d+);t=(\d+)/.exec(answer.headers.ratelimit!)!;
  return { remaining: Number(remaining), seconds: Number(seconds) };
};
const statusesOf = (answers: { status: number }[]) =>
  answers.reduce<Record<number, number>>(
    (sum, { status }) => ({ ...sum, [status]: (sum[status] ?? 0) + 1 }),
    {},
  );

describe('the common limit', () => {
  it('is one over all workers, told on every answer, and refuses with 429 and Retry-After', async () => {
    const ada = await newUser();
    const answers = await Promise.all(
      Array.from({ length: LIMIT + 6 }, (_, index) => as(workers[index % 2]!, ada).get('/tasks')),
    );
    expect(statusesOf(answers)).toEqual({ 200: LIMIT, 429: 6 });
    for (const { headers } of answers) {
      expect(headers['ratelimit-policy']).toBe(`"default";q=${LIMIT};w=60`);
      expect(headers.ratelimit).toMatch(/^"default";r=\d+;t=\d+$/);
    }
    const remaining = answers.filter(({ status }) => status === 200).map((answer) => left(answer).remaining);
    expect(remaining.sort((a, b) => a - b)).toEqual(Array.from({ length: LIMIT }, (_, index) => index));
    const refused = answers.find(({ status }) => status === 429)!;
    expect(refused.body.type).toBe('/problems/too-many-requests');
    expect(Number(refused.headers['retry-after'])).toBe(left(refused).seconds);
    expect(left(refused)).toMatchObject({ remaining: 0 });
    expect(left(refused).seconds).toBeLessThanOrEqual(60);
  });

  it("is each user's own, wherever they are", async () => {
    const [ada, bob] = await Promise.all([newUser(), newUser()]);
    const first = await as(one, ada).get('/tasks').set('X-Forwarded-For', newAddress());
    const second = await as(one, ada).get('/tasks').set('X-Forwarded-For', newAddress());
    const strangers = await as(one, bob).get('/tasks');
    expect([first, second, strangers].map((answer) => left(answer).remaining)).toEqual([
      LIMIT - 1,
      LIMIT - 2,
      LIMIT - 1,
    ]);
  });

  it('counts by address who has no token, and whose token fails', async () => {
    const address = newAddress();
    const answers = [
      await from(address).expect(401),
      await from(address, other).set('Authorization', 'Bearer forged').expect(401),
      await from(address).set('Authorization', 'Basic x').expect(401),
      await from(address).set('Accept', 'text/plain').expect(401),
    ];
    expect(answers.map((answer) => left(answer).remaining)).toEqual([1, 2, 3, 4].map((used) => LIMIT - used));
    const elsewhere = await from(newAddress());
    expect(left(elsewhere).remaining).toBe(LIMIT - 1);
  });

  it('takes a /64 of IPv6 for one client', async () => {
    expect(left(await from('2001:db8::1')).remaining).toBe(LIMIT - 1);
    expect(left(await from('2001:db8:0:0:ffff::2')).remaining).toBe(LIMIT - 2);
    expect(left(await from('2001:db8:0:1::1')).remaining).toBe(LIMIT - 1);
  });

  it('leaves health, documents and OPTIONS alone', async () => {
    const address = newAddress();
    for (const path of ['/health/live', '/health/ready', '/openapi.json', '/problems/not-found']) {
      expect((await from(address, one, path).expect(200)).headers).not.toHaveProperty('ratelimit');
    }
    await request(one.server).options('/tasks').set('X-Forwarded-For', address).expect(204);
    expect(left(await from(address)).remaining).toBe(LIMIT - 1);
  });
});

it('believes X-Forwarded-For for ten proxies, and no longer list keeps it busy', async () => {
  const [near, far] = [newAddress(), newAddress()];
  const by = (address: string, proxies: number) => from([address, ...Array(proxies).fill('::1')].join(', '));
  expect(left(await by(near, 9).expect(401)).remaining).toBe(LIMIT - 1);
  expect(left(await from(near)).remaining).toBe(LIMIT - 2);
  await by(far, 2_000).expect(401);
  expect(left(await from(far)).remaining).toBe(LIMIT - 1);
});

describe('sign-up', () => {
  it('has a limit of its own for each address, told beside the common one', async () => {
    const address = newAddress();
    const answers = [
      await signUp(address, one),
      await signUp(address, other),
      await signUp(address, one),
      await signUp(address, other),
      await signUp(address, one),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 429, 429]);
    expect(answers[1]!.headers['ratelimit-policy']).toBe(`"default";q=${LIMIT};w=60, "signup";q=3;w=3600`);
    expect(answers[1]!.headers.ratelimit).toMatch(
      new RegExp(`^"default";r=${LIMIT - 2};t=\\d+, "signup";r=1;t=\\d+$`),
    );
    expect(Number(answers[4]!.headers['retry-after'])).toBeGreaterThan(3_500);
    await signUp(newAddress()).expect(201);
  });
});

describe('a change of an e-mail address or a user name', () => {
  it('counts as a sign-up, whether the name is taken, free or the own one', async () => {
    const [ada, bob] = await Promise.all([newUser(), newUser()]);
    const address = newAddress();
    const path = `/users/${ada.user._id}`;
    const patch = (body: object, api = one) => as(api, ada).patch(path, body).set('X-Forwarded-For', address);
    // What says nothing about others isn't counted.
    for (let count = 0; count < 5; count += 1) await patch({ name: `Ada ${count}` }, other).expect(200);
    await patch({ email: 'no address' }).expect(400);
    const taken = await patch({ email: bob.user.email }).expect(409);
    expect(taken.headers['ratelimit-policy']).toBe(`"default";q=${LIMIT};w=60, "signup";q=3;w=3600`);
    expect(taken.headers.ratelimit).toMatch(/^"default";r=\d+;t=\d+, "signup";r=2;t=\d+$/);
    await patch({ username: bob.user.username }, other).expect(409);
    await patch({ username: newPerson().username }).expect(200);
    const answers = [
      await patch({ email: bob.user.email }, other),
      await patch({ email: newPerson().email }),
      await patch({ email: ada.user.email }),
      await signUp(address),
    ];
    expect(answers.map(({ status }) => status)).toEqual([429, 429, 429, 429]);
    expect(Number(answers[0]!.headers['retry-after'])).toBeGreaterThan(3_500);
    await patch({ name: 'Ada' }).expect(200);
    await as(one, ada)
      .patch(path, { email: newPerson().email })
      .set('X-Forwarded-For', newAddress())
      .expect(200);
  });
});

describe('a picture', () => {
  it("counts into a limit of each user's own, before its bytes are read", async () => {
    const few = await startApi(newNamespace(), { ...variables(), UPLOAD_LIMIT: '2' });
    const ada = await buildWorker(few);
    const send = async (type: string) =>
      as(few, ada)
        .put(`/users/${ada.id}/avatar`)
        .type(type)
        .send(await newPicture('png'))
        .set('X-Forwarded-For', newAddress());
    expect((await send('image/png')).headers.ratelimit).toMatch(/"upload";r=1;t=\d+$/);
    expect((await send('image/png')).status).toBe(202);
    const refused = await send('image/png');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3_500);
    await few.close();
  });
});

describe('whose address it is', () => {
  it('is what the nearest proxy that is not trusted says: the rest may be forged', async () => {
    const address = newAddress();
    expect(left(await from(`${newAddress()}, ${address}`)).remaining).toBe(LIMIT - 1);
    expect(left(await from(`127.0.0.1, ${newAddress()}, ${address}`)).remaining).toBe(LIMIT - 2);
  });

  it('is that of the connection where nobody is trusted', async () => {
    const shy = await startApi(newNamespace(), { ...variables(), TRUST_PROXY: '192.0.2.1' });
    expect(left(await from('203.0.113.1', shy)).remaining).toBe(LIMIT - 1);
    expect(left(await from('203.0.113.2', shy)).remaining).toBe(LIMIT - 2);
    await shy.close();
  });

  it('exempts this machine where configured, and not who only says to be it', async () => {
    const own = await startApi(newNamespace(), { ...variables(), RATE_LIMIT_EXEMPT_LOOPBACK: 'true' });
    const ada = await buildWorker(own);
    const answers = await Promise.all(
      Array.from({ length: LIMIT + 5 }, () => as(own, ada).get('/tasks').expect(200)),
    );
    for (const { headers } of answers) expect(headers).not.toHaveProperty('ratelimit');
    expect((await from('::1', own)).headers).not.toHaveProperty('ratelimit');
    expect(left(await from(`127.0.0.1, ${newAddress()}`, own)).remaining).toBe(LIMIT - 1);
    await own.close();
  });

  it('is not limited where the limits are 0', async () => {
    const free = await startApi(newNamespace(), { ...variables(), RATE_LIMIT: '0', SIGNUP_LIMIT: '0' });
    const { headers } = await request(free.server).post('/users/signup').send(newPerson()).expect(201);
    expect(headers).not.toHaveProperty('ratelimit');
    await free.close();
  });
});

/** More than the limit, one after the other; `slow` waited for a Redis that didn't answer. */
async function flood(address: string) {
  const answers = [];
  let slow = 0;
  for (let sent = 0; sent < LIMIT + 10; sent++) {
    const startedAt = performance.now();
    answers.push(await from(address));
    if (performance.now() - startedAt > 95) slow++;
  }
  return { answers, slow };
}

const untilCountedTogether = () =>
  eventually(async () => {
    const address = newAddress();
    await from(address, one);
    return left(await from(address, other)).remaining === LIMIT - 2;
  });

describe('without Redis', () => {
  it('goes on counting in each worker while it is dead, and together again when it is back', async () => {
    const address = newAddress();
    expect(left(await from(address)).remaining).toBe(LIMIT - 1);
    await redis.stop();
    const { answers, slow } = await flood(address);
    expect(statusesOf(answers)).toEqual({ 401: LIMIT, 429: 10 });
    expect(slow).toBeLessThan(LIMIT);
    await redis.start();
    await untilCountedTogether();
  });

  it('waits for a frozen one a few times and not for each request', async () => {
    const address = newAddress();
    await from(address);
    redis.freeze();
    const { answers, slow } = await flood(address).finally(redis.thaw);
    expect(statusesOf(answers)).toEqual({ 401: LIMIT, 429: 10 });
    // Three, then one a second; the rest of the room is for a busy machine.
    expect(slow).toBeLessThan(LIMIT);
    await untilCountedTogether();
  });
});
