import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { readConfig, readDataConfig, readProcessConfig } from '../../../src/config';
import { newFolder } from '../../support/folder';
import { GOOD } from '../../support/good-config';

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

  it('reports a missing secret file', () => {
    expect(() => readConfig({ MONGO_URL: GOOD.MONGO_URL, JWT_SECRET_FILE: '/nowhere' })).toThrow('/nowhere');
  });
});
