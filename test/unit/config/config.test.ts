import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { workerVariables } from '../../../src/config/app-environment';
import { ConfigError, readConfig, readDataConfig, readProcessConfig } from '../../../src/config';
import { configFaults, variablesOf } from '../../../src/config/faults';
import { configSchema } from '../../../src/config/schema';
import { shownValue } from '../../../src/config/shown-value';
import { stackSchema } from '../../../src/config/stack-variables';
import { newFolder } from '../../support/folder';

const GOOD = { MONGO_URL: 'mongodb://127.0.0.1/x', JWT_SECRET: 's'.repeat(32) };

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

  describe('a variable that a file gives', () => {
    const { MONGO_URL, ...others } = GOOD;
    const file = (text: string) => {
      const name = path.join(newFolder(), 'secret');
      writeFileSync(name, text);
      return name;
    };

    it('has the value of the file, without blanks around it, for processes and commands', () => {
      const REDIS_URL = 'redis+sentinel://:p@one,two,three/main';
      const env = { ...others, MONGO_URL_FILE: file(` ${MONGO_URL}\n`) };
      expect(readConfig(env).mongoUrl).toBe(MONGO_URL);
      expect(readProcessConfig(env).mongoUrl).toBe(MONGO_URL);
      expect(readDataConfig(env).mongoUrl).toBe(MONGO_URL);
      const more = { ...GOOD, AMQP_URL: 'amqp://a', REDIS_URL_FILE: file(REDIS_URL) };
      expect(readConfig(more).redisUrl).toBe(REDIS_URL);
      expect(readConfig({ ...GOOD, AMQP_URL_FILE: file('amqp://a,amqp://b') }).rabbit?.url).toBe(
        'amqp://a,amqp://b',
      );
      const hook = {
        PASSWORD_RESET_WEBHOOK: 'https://a',
        PASSWORD_RESET_WEBHOOK_SECRET_FILE: file('s'.repeat(32)),
      };
      expect(readConfig({ ...GOOD, ...hook }).passwordResetWebhookSecret).toBe('s'.repeat(32));
    });

    it('is judged like a value, without its secret part', () => {
      const read = () => readConfig({ ...others, MONGO_URL_FILE: file('postgres://user:hidden@host/x') });
      expect(read).toThrow('MONGO_URL is "postgres://…@host/x"');
      expect(read).not.toThrow('hidden');
    });

    it('is refused if it cannot be read, is empty, or has a value as well', () => {
      const read = (env: NodeJS.ProcessEnv) => () => readConfig({ ...others, ...env });
      expect(read({ MONGO_URL_FILE: '/nowhere' })).toThrow(
        'MONGO_URL_FILE is "/nowhere", which cannot be read.',
      );
      expect(read({ MONGO_URL_FILE: file(' \n') })).toThrow(/MONGO_URL_FILE is ".*", which is empty/);
      expect(read({ MONGO_URL, MONGO_URL_FILE: file(MONGO_URL) })).toThrow(
        'MONGO_URL and MONGO_URL_FILE are both set: unset one of them.',
      );
      expect(read({ MONGO_URL, MONGO_URL_FILE: '' })).not.toThrow();
    });
  });

  it('reports a missing secret file', () => {
    expect(() => readConfig({ MONGO_URL: GOOD.MONGO_URL, JWT_SECRET_FILE: '/nowhere' })).toThrow('/nowhere');
  });

  describe('the configuration of the job worker', () => {
    const { MONGO_URL, JWT_SECRET } = GOOD;

    it('does not need the key of the tokens, and ignores it if set', () => {
      expect(readProcessConfig({ MONGO_URL })).toMatchObject({ mongoUrl: MONGO_URL, jobConcurrency: 2 });
      expect(JSON.stringify(readProcessConfig({ MONGO_URL, JWT_SECRET }))).not.toContain(JWT_SECRET);
      expect(() => readConfig({ MONGO_URL })).toThrow('JWT_SECRET is not set');
      expect(() => readProcessConfig({ JOB_CONCURRENCY: '0' })).toThrow(/MONGO_URL[^]*JOB_CONCURRENCY/);
    });

    it('has empty values for what only the API needs, under PM2 as well', () => {
      const lists = { JWT_SECRETS: 'c', JWT_SECRETS_FILE: 'd' };
      const hook = {
        PASSWORD_RESET_WEBHOOK: 'https://f',
        PASSWORD_RESET_WEBHOOK_SECRET: 'g',
        PASSWORD_RESET_WEBHOOK_SECRET_FILE: 'i',
      };
      const urls = { REDIS_URL: 'e', REDIS_URL_FILE: 'j', AMQP_MANAGEMENT_URL: 'h' };
      const secrets = { JWT_SECRET: 'a', JWT_SECRET_FILE: 'b', ...lists, ...urls, ...hook };
      const { AMQP_MANAGEMENT_URL: _ofDoctor, ...ofApi } = secrets;
      const none = Object.fromEntries(Object.keys(secrets).map((name) => [name, '']));
      expect(workerVariables({ MONGO_URL, ...secrets })).toEqual({ MONGO_URL, ...none });
      const script = `const { apps } = require('./ecosystem.config.js');
      console.log(JSON.stringify(Object.fromEntries(apps.map(({ name, env }) => [name, env]))));`;
      const env = { PATH: process.env.PATH, TASKFLEET_DIR: '/nowhere', MONGO_URL, ...secrets };
      const given = JSON.parse(
        execFileSync(process.execPath, ['-e', script], {
          cwd: path.join(__dirname, '..', '..', '..'),
          env,
          encoding: 'utf8',
        }),
      ) as object;
      expect(given).toMatchObject({
        'taskfleet-api': { MONGO_URL, ...ofApi },
        'taskfleet-worker': { MONGO_URL, ...none },
      });
    });
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
