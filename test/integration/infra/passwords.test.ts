import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import amqp from 'amqplib';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { serverUrl } from '../../support/servers';

const names = ['MONGO_URL', 'REDIS_URL', 'AMQP_URL'] as const;
const passwords = names.map((name) => new URL(serverUrl(name)).password);

/** Address for another local user, who has no password or knows only public ones. */
function stranger(name: (typeof names)[number], username = '', password = ''): string {
  const url = new URL(serverUrl(name));
  Object.assign(url, { username, password });
  return url.href;
}

describe('the password of a server', () => {
  it('is random, and different for each server', () => {
    for (const password of passwords) expect(password).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(passwords).size).toBe(3);
  });

  describe('MongoDB', () => {
    const ask = async (url: string, command: object, database = 'taskfleet') => {
      const connection = mongoose.createConnection(url, { serverSelectionTimeoutMS: 5_000 });
      try {
        await connection.asPromise();
        return await connection.getClient().db(database).command(command);
      } finally {
        await connection.close();
      }
    };
    const unauthorized = expect.objectContaining({ codeName: 'Unauthorized' }) as unknown;

    it.each([
      ['read hashes', { find: 'users' }, 'taskfleet'],
      ['write', { insert: 'users', documents: [{ role: 'Admin' }] }, 'taskfleet'],
      ['list databases', { listDatabases: 1 }, 'admin'],
      ['make a user of its own', { createUser: 'eve', pwd: 'eve', roles: ['root'] }, 'admin'],
      ['remove it', { dropDatabase: 1 }, 'taskfleet'],
    ])('refuses to %s without a password', async (_, command, database) => {
      await expect(ask(stranger('MONGO_URL'), command, database)).rejects.toEqual(unauthorized);
    });

    it('refuses another password', async () => {
      const url = stranger('MONGO_URL', 'taskfleet', 'taskfleet');
      await expect(ask(url, { ping: 1 })).rejects.toMatchObject({ codeName: 'AuthenticationFailed' });
      expect(await ask(serverUrl('MONGO_URL'), { ping: 1 })).toMatchObject({ ok: 1 });
    });
  });

  describe('Redis', () => {
    const ask = async (url: string, command: string, ...args: string[]) => {
      // The ready check at the start would only report once more that it is not logged in.
      const client = new Redis(url, {
        lazyConnect: true,
        enableReadyCheck: false,
        maxRetriesPerRequest: 0,
        protocol: 2,
      });
      client.on('error', () => {});
      try {
        return await client.call(command, ...args);
      } finally {
        client.disconnect();
      }
    };

    it.each([['GET', 'x'], ['FLUSHALL'], ['CONFIG', 'SET', 'dir', '/tmp'], ['EVAL', 'return 1', '0']])(
      'refuses %s without a password',
      async (...command) => {
        await expect(ask(stranger('REDIS_URL'), ...(command as [string]))).rejects.toThrow(/NOAUTH/);
      },
    );

    it('accepts only its own password', async () => {
      await expect(ask(stranger('REDIS_URL', 'default', 'redis'), 'PING')).rejects.toThrow(
        /WRONGPASS|NOAUTH/,
      );
      expect(await ask(serverUrl('REDIS_URL'), 'PING')).toBe('PONG');
    });
  });

  describe('RabbitMQ', () => {
    it.each([
      ['guest', 'guest'],
      ['guest', ''],
      ['taskfleet', 'taskfleet'],
      ['', ''],
    ])('refuses "%s" with the password "%s"', async (user, password) => {
      await expect(amqp.connect(stranger('AMQP_URL', user, password))).rejects.toThrow(/ACCESS.REFUSED/);
    });

    it('accepts its own user', async () => {
      await (await amqp.connect(serverUrl('AMQP_URL'))).close();
    });
  });

  describe('a password', () => {
    const holds = (file: string) => {
      const text = readFileSync(file, 'latin1');
      return passwords.some((password) => text.includes(password));
    };

    it('is in no command line, which every local user can read', () => {
      const lines = readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map((pid) => `/proc/${pid}/cmdline`)
        .filter((file) => lstatSync(file, { throwIfNoEntry: false }));
      expect(lines.length).toBeGreaterThan(3);
      const texts = lines.flatMap((file) => {
        try {
          return [readFileSync(file, 'latin1')];
        } catch {
          // The process has ended meanwhile.
          return [];
        }
      });
      const hidden = (text: string) =>
        passwords.reduce((rest, password) => rest.replaceAll(password, '…'), text);
      expect(texts.filter((text) => hidden(text) !== text).map(hidden)).toEqual([]);
    });

    it('is in no file that another user could read', () => {
      const dir = process.env.TEST_STACK_DIR!;
      const files = readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !/\.wt$|\.log$|^WiredTiger/.test(entry.name))
        .map((entry) => path.join(entry.parentPath, entry.name))
        .filter((file) => lstatSync(file).size < 1_000_000 && holds(file));
      expect(files.map((file) => path.relative(dir, file))).toEqual(
        expect.arrayContaining([
          'mongo-password',
          'redis-password',
          'rabbit-password',
          'redis/redis.conf',
          'stack.json',
        ]),
      );
      expect(files.filter((file) => lstatSync(file).mode & 0o077)).toEqual([]);
      expect(lstatSync(dir).mode & 0o777).toBe(0o700);
    });

    it('is in no log of a server', () => {
      const logs = path.join(process.env.TEST_STACK_DIR!, 'logs');
      const files = readdirSync(logs).map((name) => path.join(logs, name));
      expect(files.length).toBeGreaterThanOrEqual(3);
      expect(files.filter(holds)).toEqual([]);
    });
  });
});
