import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { differencesOf } from '../../../ops/config/differences';
import { isSameDatabase } from '../../../ops/config/same-database';
import { newFolder } from '../../support/folder';

const own = { url: 'mongodb://127.0.0.1:27018/x', name: 'MongoDB' };
const external = (url: string) => ({
  env: { MONGO_URL: url },
  services: { mongo: { url, name: 'MongoDB', external: true } },
});
const graveOf = (...args: Parameters<typeof differencesOf>) =>
  differencesOf(...args).flatMap(({ name, isGrave }) => (isGrave ? [name] : []));

describe('the differences to what runs', () => {
  it('name a fall back to the own database, and another one, without credentials', () => {
    const url = 'mongodb://me:pw@db.example/app';
    expect(differencesOf(external(url), {})).toEqual([
      { name: 'MONGO_URL', was: 'mongodb://…@db.example/app', becomes: "the stack's own", isGrave: true },
    ]);
    expect(differencesOf(external(url), { MONGO_URL: 'mongodb://me:other@db.example/app' })).toEqual([
      {
        name: 'MONGO_URL',
        was: 'mongodb://…@db.example/app',
        becomes: 'mongodb://…@db.example/app (other credentials)',
        isGrave: false,
      },
    ]);
    expect(graveOf({ env: { MONGO_URL: own.url }, services: { mongo: own } }, { MONGO_URL: url })).toEqual([
      'MONGO_URL',
    ]);
  });

  it('are none before the first start, and none if the own servers have other ports', () => {
    expect(differencesOf({}, { MONGO_URL: 'mongodb://a/b', BCRYPT_COST: '12' })).toEqual([]);
    expect(differencesOf({ env: { MONGO_URL: own.url }, services: { mongo: own } }, {})).toEqual([]);
  });

  it('list other values beside their defaults, and take a prefix seriously', () => {
    expect(differencesOf({ env: { BCRYPT_COST: '10', LOG_LEVEL: 'warn' } }, { KEY_PREFIX: 'shop' })).toEqual([
      { name: 'KEY_PREFIX', was: 'taskfleet', becomes: 'shop', isGrave: true },
      { name: 'LOG_LEVEL', was: 'warn', becomes: 'info', isGrave: false },
    ]);
  });

  it('include BALANCER_URL', () => {
    const before = { env: { BALANCER_URL: 'http://10.0.0.10' } };
    expect(differencesOf(before, { BALANCER_URL: 'http://10.0.0.20' })).toMatchObject([
      { name: 'BALANCER_URL', was: 'http://10.0.0.10', becomes: 'http://10.0.0.20', isGrave: false },
    ]);
  });

  it('take it seriously if what runs in production would no longer do so, or not be reached', () => {
    const upstream = { apiPorts: [], balancing: 'round-robin' as const };
    const before = {
      env: {},
      upstream: {
        ...upstream,
        edge: { LISTEN: '443', TLS_CERT: '/c', TLS_KEY: '/k', PROFILE: 'production' },
      },
    };
    expect(graveOf(before, {})).toEqual(['LISTEN', 'TLS_CERT', 'TLS_KEY', 'PROFILE']);
    expect(graveOf(before, before.upstream.edge)).toEqual([]);
    expect(graveOf({ ...before, upstream: { ...upstream, edge: {} } }, { PROFILE: 'production' })).toEqual(
      [],
    );
  });

  it('show what a process without the variable uses, not the default of the local stack', () => {
    const next = { EXPOSE_WORKER: 'true', LIMIT_EXEMPT: 'loopback' };
    expect(differencesOf({ env: { LOG_LEVEL: 'info' } }, next)).toEqual([
      { name: 'LIMIT_EXEMPT', was: 'none', becomes: 'loopback', isGrave: false },
      { name: 'EXPOSE_WORKER', was: 'false', becomes: 'true', isGrave: false },
    ]);
  });

  it('show a secret that is not set as none', () => {
    const before = { env: { LOG_LEVEL: 'info' } };
    expect(differencesOf(before, { PASSWORD_RESET_WEBHOOK_SECRET: 'w'.repeat(32) })).toEqual([
      expect.objectContaining({ was: 'none', becomes: expect.stringMatching(/^digest \w{8}$/) as string }),
    ]);
  });

  it('show keys of tokens by their digests, wherever they stand, and allow a rotation', () => {
    const [old, fresh] = ['a'.repeat(32), 'b'.repeat(32)];
    const file = path.join(newFolder(), 'secret');
    writeFileSync(file, `${old}\n`);
    const before = { env: { JWT_SECRET: old } };
    expect(differencesOf(before, { JWT_SECRET_FILE: file })).toEqual([]);
    const [difference] = differencesOf(before, { JWT_SECRET: fresh });
    expect(difference).toMatchObject({ was: 'digest 3ba3f5f4', isGrave: true });
    expect(JSON.stringify(difference)).not.toContain(fresh);
    expect(graveOf(before, { JWT_SECRETS: `${fresh},${old}` })).toEqual([]);
    expect(differencesOf(before, { JWT_SECRETS: `${fresh},${old}` })).toHaveLength(1);
    // A key that the API would refuse as too short is shown as well.
    expect(differencesOf(before, { JWT_SECRETS: 'short until 2026-01-01T00:00:00Z' })).toMatchObject([
      { becomes: 'digest f9b0078b', isGrave: true },
    ]);
  });
});

describe('two URLs of MongoDB', () => {
  it.each([
    ['mongodb://a/x', 'mongodb://u:p@A:27017/x?w=1', true],
    ['mongodb://a,b/x', 'mongodb://b,c/x', true],
    ['mongodb://a/x', 'mongodb://a/y', false],
    ['mongodb://a/x', 'mongodb://b/x', false],
    ['mongodb+srv://a.example/x', 'mongodb+srv://a.example/x', true],
    ['mongodb://a/x', undefined, false],
    [undefined, undefined, true],
  ])('%s and %s name the same database: %s', (was, next, isSame) => {
    expect(isSameDatabase(was, next)).toBe(isSame);
  });
});
