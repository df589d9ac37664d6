import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { readConfig, readProcessConfig } from '../../../src/config';
import { workerVariables } from '../../../src/config/app-environment';
import { GOOD } from '../../support/good-config';

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
