import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError, readConfig } from '../../../src/config';
import { configFaults, variablesOf } from '../../../src/config/faults';
import { configSchema } from '../../../src/config/schema';
import { shownValue } from '../../../src/config/shown-value';
import { stackSchema } from '../../../src/config/stack-variables';
import { GOOD } from '../../support/good-config';

describe('the configuration', () => {
  it('reports every wrong variable at once with its value and the allowed ones, and no secret', () => {
    const wrong = {
      BASE_PORT: 'x',
      MONGO_URL: 'http://me:pa@ss@h/x?key=1',
      JWT_SECRET: 'short',
      BCRYPT_COST: '3',
    };
    expect(() => readConfig(wrong)).toThrow(
      new ConfigError([
        'MONGO_URL is "http://…@h/x?…"; it can be mongodb://… or mongodb+srv://….',
        'BASE_PORT is "x"; it can be a whole number from 1 to 65000.',
        'BCRYPT_COST is "3"; it can be a whole number from 4 to 15.',
        'JWT_SECRET is too short: at least 32 bytes are needed (openssl rand -hex 32).',
      ]),
    );
    expect(() => readConfig({ ...GOOD, MONGO_URL: '' })).toThrow(
      'MONGO_URL is not set; it can be mongodb://',
    );
  });

  it('says which entry of AMQP_URL is wrong, and that AMQP_CA_FILE holds no certificate', () => {
    const wrong = { ...GOOD, AMQP_URL: 'amqp://h1,amqp://me:1/secret@h2', AMQP_CA_FILE: __filename };
    expect(() => readConfig(wrong)).toThrow(/AMQP_URL entry 2 of 2 is ambiguous: .*\. It can be amqp:\/\//);
    expect(() => readConfig(wrong)).toThrow(/AMQP_CA_FILE is ".*", which holds no certificate in PEM\./);
    expect(() => readConfig(wrong)).not.toThrow(/secret/);
    expect(() => readConfig({ ...GOOD, AMQP_CA_FILE: '/nowhere' })).toThrow(
      '"/nowhere", which cannot be read',
    );
  });

  it('names REDIS_URL if it lists servers, without their passwords', () => {
    const read = () =>
      readConfig({ ...GOOD, REDIS_URL: 'redis://:secret@one:6379,redis://:secret@two:6379' });
    expect(read).toThrow(/REDIS_URL names several servers: .*\. It can be redis:/);
    expect(read).not.toThrow(/secret/);
  });

  it.each(['#', '?', '/', '%'])('says how to write %s in a password of REDIS_URL', (character) => {
    for (const scheme of ['redis://:', 'rediss://user:']) {
      const read = () => readConfig({ ...GOOD, REDIS_URL: `${scheme}pass${character}zz-1@one:6379` });
      expect(read).toThrow(/REDIS_URL .*in a name or password write % as %25, .*\. It can be redis:/);
      expect(read).not.toThrow(/zz-1/);
    }
    const sentinels = () => readConfig({ ...GOOD, REDIS_URL: 'redis+sentinel://:pass%zz-1@one/main' });
    expect(sentinels).toThrow(/REDIS_URL has a % that begins no code: .*write % as %25/);
    expect(sentinels).not.toThrow(/zz-1/);
  });

  it.each([
    ['AMQP_URL', 'amqp://a:0'],
    ['AMQP_URL', 'amqp://10.0.0.300'],
    ['REDIS_URL', 'redis://a:0'],
    ['REDIS_URL', 'redis://10.0.0.300'],
    ['REDIS_URL', 'redis+sentinel://10.0.0.300/main'],
    ['BALANCER_URL', 'http://a:0'],
    ['AMQP_MANAGEMENT_URL', 'http://one,http://two'],
    ['INTERNAL_HOST', '10.0.0.300'],
    ['HOST', '[::1]'],
  ])('refuses %s=%s, at which nothing can be', (name, value) =>
    expect(() => readConfig({ ...GOOD, [name]: value })).toThrow(new RegExp(`^.*\\n  ${name} .* can be `)),
  );

  it.each(['::', 'fe80::1%eth0', 'localhost', '0.0.0.0'])('takes %s as INTERNAL_HOST', (INTERNAL_HOST) =>
    expect(readConfig({ ...GOOD, INTERNAL_HOST }).internalHost).toBe(INTERNAL_HOST),
  );

  it.each(['http://one;http://two', 'http://one?via=two', 'http://one#two', 'http://one,,http://two'])(
    'refuses %s as BALANCER_URL',
    (BALANCER_URL) => expect(() => readConfig({ ...GOOD, BALANCER_URL })).toThrow('BALANCER_URL is'),
  );

  it('shows a list of URLs without credentials', () => {
    expect(shownValue('AMQP_URL', 'amqp://u:s,e@h1:1/x,amqps://u:s?e@h2?y=z')).toBe(
      'amqp://…@h1:1/x,amqps://…@h2?…',
    );
  });

  it('treats an empty variable as unset', () => {
    expect(readConfig({ ...GOOD, REDIS_URL: '', LOG_LEVEL: '' })).toMatchObject({
      redisUrl: undefined,
      logLevel: 'info',
    });
  });

  it('gives each worker a port by its instance, and fewer hash threads if there are more workers', () => {
    const workers = [0, 1, 2].map((instance) =>
      readConfig({ ...GOOD, NODE_APP_INSTANCE: String(instance), API_WORKERS: '500' }),
    );
    expect(workers.map(({ port }) => port)).toEqual([4001, 4002, 4003]);
    expect(workers[0]!.hashThreads).toBe(1);
    expect(readConfig({ ...GOOD, API_WORKERS: '1', HASH_THREADS: '7' }).hashThreads).toBe(7);
  });

  it('gives no door a port of the API, at whatever number of a process', () => {
    const read = (BASE_PORT: string, INTERNAL_PORT?: string) => () =>
      readConfig({ ...GOOD, BASE_PORT, INTERNAL_PORT });
    for (const port of ['4001', '4011', '3511', '4500', '3002'])
      expect(read('4001', port)).toThrow(
        new RegExp(`INTERNAL_PORT is ${port}: .*\\(${port} to ${Number(port) + 999}\\).*4001 to 4500`),
      );
    for (const port of [undefined, '4501', '3001']) expect(read('4001', port)).not.toThrow();
    for (const port of ['1', '63000', '63500', '65000']) expect(read(port)).not.toThrow();
  });

  it('accepts lists of origins and proxies, and refuses invalid items', () => {
    expect(readConfig(GOOD)).toMatchObject({ corsOrigins: [], trustProxy: ['loopback'] });
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

  it('refuses wrong variables of NGINX, and does not validate those of containers', () => {
    const given = { BALANCING: 'random', LIMIT_RATE: '50', PORT: 'x' };
    expect(configFaults(stackSchema, given)).toEqual([
      'BALANCING is "random"; it can be round-robin, least-connections, response-time.',
      'LIMIT_RATE is "50"; it can be 1r/s to 999999r/s, or r/m.',
    ]);
    expect(configFaults(stackSchema, { BALANCING: 'least-connections', LIMIT_RATE: '9r/m' })).toEqual([]);
  });

  it('describes every variable that the scripts, NGINX and the containers read', () => {
    const root = path.join(__dirname, '..', '..', '..');
    const filesIn = (folder: string) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        path.join(folder, name),
      );
    const scripts = [...filesIn('ops'), ...filesIn('tools'), 'ecosystem.config.js'].filter((name) =>
      /\.[jt]s$/.test(name),
    );
    const templates = ['nginx/nginx.conf.template', 'docker-compose.yml', 'docker-compose.response-time.yml'];
    const textOf = (files: string[]) =>
      files.map((name) => readFileSync(path.join(root, name), 'utf8')).join('\n');
    const read = [
      ...textOf(scripts).matchAll(/process\.env\.([A-Z]\w+)/g),
      ...textOf(templates).matchAll(/\$\{([A-Z][A-Z_]*)/g),
    ].map(([, name]) => name!);
    expect(read).toContain('LIMIT_RATE');
    const known = [...variablesOf(configSchema), ...variablesOf(stackSchema)].map(({ name }) => name);
    // Variables of the system, and what `npm test` passes to its reporter.
    const others = ['PATH', 'TEST_PROGRESS'];
    expect(read.filter((name) => !known.includes(name) && !others.includes(name))).toEqual([]);
  });
});
