import request from 'supertest';
import { newNamespace, startApi } from '../../support/api';
import { as, buildMember, newPerson } from '../../support/factories';
import { LIMIT, newAddress, useLimited } from '../../support/limits';
import { eventually } from '../../support/wait';

const limited = useLimited();
const { newUser } = limited;
const [one, other] = limited.workers;

/** NGINX, which is trusted, says where the client is. */
const from = (address: string, api = one, path = '/tasks') =>
  request(api.server).get(path).set('X-Forwarded-For', address);

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
  it('is shared by all workers, reported on every answer, and refuses with 429 and Retry-After', async () => {
    const ada = await newUser();
    const answers = await Promise.all(
      Array.from({ length: LIMIT + 6 }, (_, index) => as(limited.workers[index % 2]!, ada).get('/tasks')),
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

  it('is per user, from whichever address', async () => {
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

  it('counts requests without a valid token by address', async () => {
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

  it('treats an IPv6 /64 as one client', async () => {
    expect(left(await from('2001:db8::1')).remaining).toBe(LIMIT - 1);
    expect(left(await from('2001:db8:0:0:ffff::2')).remaining).toBe(LIMIT - 2);
    expect(left(await from('2001:db8:0:1::1')).remaining).toBe(LIMIT - 1);
  });

  it('does not apply to health, documents and OPTIONS', async () => {
    const address = newAddress();
    for (const path of ['/health/live', '/health/ready', '/openapi.json', '/problems/not-found']) {
      expect((await from(address, one, path).expect(200)).headers).not.toHaveProperty('ratelimit');
    }
    await request(one.server).options('/tasks').set('X-Forwarded-For', address).expect(204);
    expect(left(await from(address)).remaining).toBe(LIMIT - 1);
  });
});

describe('rate limits', () => {
  it('trust X-Forwarded-For for at most ten proxies, so that a long list costs no time', async () => {
    const [near, far] = [newAddress(), newAddress()];
    const by = (address: string, proxies: number) =>
      from([address, ...Array(proxies).fill('::1')].join(', '));
    expect(left(await by(near, 9).expect(401)).remaining).toBe(LIMIT - 1);
    expect(left(await from(near)).remaining).toBe(LIMIT - 2);
    await by(far, 2_000).expect(401);
    expect(left(await from(far)).remaining).toBe(LIMIT - 1);
  });

  describe('the address of a client', () => {
    it('is the one before the nearest trusted proxies, since the rest may be forged', async () => {
      const address = newAddress();
      expect(left(await from(`${newAddress()}, ${address}`)).remaining).toBe(LIMIT - 1);
      expect(left(await from(`127.0.0.1, ${newAddress()}, ${address}`)).remaining).toBe(LIMIT - 2);
    });

    it('is that of the connection if no proxy is trusted', async () => {
      const shy = await startApi(newNamespace(), { ...limited.variables(), TRUST_PROXY: '192.0.2.1' });
      expect(left(await from('203.0.113.1', shy)).remaining).toBe(LIMIT - 1);
      expect(left(await from('203.0.113.2', shy)).remaining).toBe(LIMIT - 2);
      await shy.close();
    });

    it('is exempt if it is loopback and configured so, but not if a client only claims it', async () => {
      const own = await startApi(newNamespace(), {
        ...limited.variables(),
        RATE_LIMIT_EXEMPT_LOOPBACK: 'true',
      });
      const ada = await buildMember(own);
      const answers = await Promise.all(
        Array.from({ length: LIMIT + 5 }, () => ada.get('/tasks').expect(200)),
      );
      for (const { headers } of answers) expect(headers).not.toHaveProperty('ratelimit');
      expect((await from('::1', own)).headers).not.toHaveProperty('ratelimit');
      // NGINX writes this for an exempt network that passes on the requests of others.
      expect(left(await from('unknown', own)).remaining).toBe(LIMIT - 1);
      expect(left(await from(`127.0.0.1, ${newAddress()}`, own)).remaining).toBe(LIMIT - 1);
      await own.close();
    });

    it('is exempt if LIMIT_EXEMPT names its network', async () => {
      const own = await startApi(newNamespace(), { ...limited.variables(), LIMIT_EXEMPT: '198.51.100.0/24' });
      expect((await from('198.51.100.7', own)).headers).not.toHaveProperty('ratelimit');
      expect(left(await from('198.51.101.7', own)).remaining).toBe(LIMIT - 1);
      await own.close();
    });

    it('is not limited if the limits are 0', async () => {
      const free = await startApi(newNamespace(), {
        ...limited.variables(),
        RATE_LIMIT: '0',
        SIGNUP_LIMIT: '0',
      });
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
    it('keeps counting in each worker while it is down, and together again when it is back', async () => {
      const address = newAddress();
      expect(left(await from(address)).remaining).toBe(LIMIT - 1);
      await limited.redis.stop();
      const { answers, slow } = await flood(address);
      expect(statusesOf(answers)).toEqual({ 401: LIMIT, 429: 10 });
      expect(slow).toBeLessThan(LIMIT);
      await limited.redis.start();
      await untilCountedTogether();
    });

    it('waits for a frozen one a few times instead of for each request', async () => {
      const address = newAddress();
      await from(address);
      limited.redis.freeze();
      const { answers, slow } = await flood(address).finally(limited.redis.thaw);
      expect(statusesOf(answers)).toEqual({ 401: LIMIT, 429: 10 });
      // Three, then one a second; the rest of the room is for a busy machine.
      expect(slow).toBeLessThan(LIMIT);
      await untilCountedTogether();
    });
  });
});
