import { appVariables } from '../../scripts/stack/app-environment';
import { configVariables, readConfig } from '../../src/config';

const GOOD = { MONGO_URL: 'mongodb://127.0.0.1/x', JWT_SECRET: 's'.repeat(32) };

it('names every wrong variable at once', () => {
  const read = () =>
    readConfig({ ...GOOD, BASE_PORT: 'x', MONGO_URL: 'http://x', JWT_SECRET: 'short', BCRYPT_COST: '3' });
  for (const name of ['BASE_PORT', 'MONGO_URL', 'JWT_SECRET', 'BCRYPT_COST']) expect(read).toThrow(name);
});

it('takes an empty variable for one that is not set', () => {
  expect(readConfig({ ...GOOD, REDIS_URL: '', LOG_LEVEL: '' })).toMatchObject({
    redisUrl: undefined,
    logLevel: 'info',
  });
});

it('gives each worker a port by its instance, and fewer hash threads where there are more workers', () => {
  const workers = [0, 1, 2].map((instance) =>
    readConfig({ ...GOOD, NODE_APP_INSTANCE: String(instance), API_WORKERS: '500' }),
  );
  expect(workers.map(({ port }) => port)).toEqual([4001, 4002, 4003]);
  expect(workers[0]!.hashThreads).toBe(1);
  expect(readConfig({ ...GOOD, API_WORKERS: '1', HASH_THREADS: '7' }).hashThreads).toBe(7);
});

it('tells of a secret file that is not there', () => {
  expect(() => readConfig({ MONGO_URL: GOOD.MONGO_URL, JWT_SECRET_FILE: '/nowhere' })).toThrow('/nowhere');
});

it('takes origins and proxies as lists, and refuses what neither is', () => {
  expect(readConfig(GOOD)).toMatchObject({ corsOrigins: [], trustProxy: ['loopback', 'uniquelocal'] });
  const given = { CORS_ORIGINS: 'https://a.example, http://b:81', TRUST_PROXY: '10.0.0.0/8,::1' };
  expect(readConfig({ ...GOOD, ...given })).toMatchObject({
    corsOrigins: ['https://a.example', 'http://b:81'],
    trustProxy: ['10.0.0.0/8', '::1'],
  });
  expect(readConfig({ ...GOOD, CORS_ORIGINS: '*' }).corsOrigins).toBe('*');
  for (const CORS_ORIGINS of ['a.example', 'https://a.example/', 'null', 'https://*.example', ',']) {
    expect(() => readConfig({ ...GOOD, CORS_ORIGINS })).toThrow('CORS_ORIGINS');
  }
  for (const TRUST_PROXY of ['nginx', 'true', '1', '10.0.0.0/x', '10.0.0.0/99']) {
    expect(() => readConfig({ ...GOOD, TRUST_PROXY })).toThrow('TRUST_PROXY');
  }
});

it('is handed to the apps whole: what PM2 was started with never leaks in', () => {
  // Set by PM2, by ecosystem.config.js and by the trial of a build.
  const others = ['NODE_APP_INSTANCE', 'TASKFLEET_RELEASE', 'TASKFLEET_TRIAL'];
  expect([...appVariables, ...others].sort()).toEqual([...configVariables].sort());
});
