import fs from 'node:fs';
import path from 'node:path';
import { apiHostsOf } from '../../../src/config/api-hosts';
import { describeWorkers } from '../../../ops/local/workers-summary';
import { apiName } from '../../../ops/stack/app-names';
import type { AppProcess } from '../../../ops/stack/types';
import { diskPlaces } from '../../../ops/stack/disk-places';
import { requireForWorkers, roleOf } from '../../../ops/stack/role';
import { keysFile, keyVariables } from '../../../ops/stack/token-keys';
import { httpAddress } from '../../../src/lib/http-address';
import { newFolder } from '../../support/folder';

const servers = {
  MONGO_URL: 'mongodb://10.0.0.11/taskfleet',
  REDIS_URL: 'redis://10.0.0.11',
  AMQP_URL: 'amqp://10.0.0.11',
};
const whole = { ...servers, HOST: '127.0.0.2', BALANCER_URL: 'http://10.0.0.10:3000' };

/** A stack's folder with the keys of another host. */
function folderWithKeys(): string {
  const dir = newFolder();
  fs.writeFileSync(keysFile(dir), 'k'.repeat(32), { mode: 0o600 });
  return dir;
}

const refusalOf = (work: () => unknown) => {
  try {
    work();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the role of a stack', () => {
  it('stays that of the last start until ROLE names another', () => {
    expect(roleOf({}, {})).toBe('all');
    expect(roleOf({ ROLE: 'workers' }, {})).toBe('workers');
    expect(roleOf({}, { role: 'workers' })).toBe('workers');
    expect(roleOf({ ROLE: 'all' }, { role: 'workers' })).toBe('all');
  });

  it('names everything that workers alone lack at once', () => {
    const refusal = refusalOf(() => requireForWorkers(newFolder(), { REDIS_URL: servers.REDIS_URL }));
    for (const lacking of [
      /MONGO_URL is not set/,
      /AMQP_URL is not set/,
      /HOST is not set/,
      /jwt-secrets is missing/,
    ])
      expect(refusal).toMatch(lacking);
    expect(refusal).not.toMatch(/REDIS_URL/);
  });

  it.each([
    ['127.0.0.1', /only this host reaches/],
    ['::1', /only this host reaches/],
    ['0.0.0.0', /no other host finds/],
    ['api.internal', /no address/],
    ['192.0.2.77', /no address of this host/],
  ])('refuses HOST=%s', (HOST, why) => {
    expect(refusalOf(() => requireForWorkers(folderWithKeys(), { ...whole, HOST }))).toMatch(why);
  });

  it('accepts another loopback address for a trial, with a warning', () => {
    expect(requireForWorkers(folderWithKeys(), whole)).toEqual([
      expect.stringMatching(/trial on one machine/),
    ]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'none',
      { BALANCER_URL: 'http://10.0.0.10:3000,http://[fd00::1]' },
      /TRUST_PROXY=10\.0\.0\.10,fd00::1\./,
    ],
    ['loopback', { TRUST_PROXY: 'loopback, 127.0.0.0/8,::1' }, /TRUST_PROXY=10\.0\.0\.10\./],
    ['none, and a name of NGINX', { BALANCER_URL: 'http://edge' }, /TRUST_PROXY to its address/],
  ])('refuses a host of which NGINX is not trusted: %s', (_, given, why) => {
    const HOST = '192.0.2.77';
    expect(refusalOf(() => requireForWorkers(folderWithKeys(), { ...whole, HOST, ...given }))).toMatch(why);
    const trusts = { ...whole, ...given, HOST, TRUST_PROXY: 'loopback,10.0.0.0/8' };
    expect(refusalOf(() => requireForWorkers(folderWithKeys(), trusts))).not.toMatch(/TRUST_PROXY/);
  });

  it('warns if workers cannot leave NGINX', () => {
    const warnings = requireForWorkers(folderWithKeys(), { ...whole, BALANCER_URL: '' });
    expect(warnings.at(-1)).toMatch(/BALANCER_URL is not set/);
  });
});

describe('the keys of the tokens of workers alone', () => {
  it('are never made, since the other hosts would refuse their tokens', () => {
    const dir = newFolder();
    expect(() => keyVariables(dir, {}, 'workers')).toThrow(/Copy jwt-secrets/);
    expect(fs.existsSync(keysFile(dir))).toBe(false);
    expect(keyVariables(dir, {}, 'all')).toMatchObject({ JWT_SECRETS_FILE: keysFile(dir) });
  });

  it('are those of the folder, or those that a variable names', () => {
    const dir = folderWithKeys();
    expect(keyVariables(dir, {}, 'workers')).toMatchObject({ JWT_SECRETS_FILE: keysFile(dir) });
    const other = path.join(dir, 'other');
    expect(keyVariables(newFolder(), { JWT_SECRETS_FILE: other }, 'workers')).toEqual({});
  });
});

describe('what workers alone print and measure', () => {
  it('is the value of API_HOSTS', () => {
    expect(apiHostsOf('10.0.0.12', [4002, 4001, 4004])).toBe('10.0.0.12:4001-4002,10.0.0.12:4004');
    expect(apiHostsOf('fd00::2', [4001])).toBe('[fd00::2]:4001');
  });

  it('names the ports that NGINX may list as well, for workers that are added later', () => {
    const apps = [4001, 4002].map((port) => ({ name: apiName, port }) as AppProcess);
    const text = describeWorkers({ env: { HOST: '10.0.0.12' }, servers: [] }, apps, []);
    expect(text).toMatch(/ 10\.0\.0\.12:4001-4002\n.* up to 10\.0\.0\.12:4001-4016\n/);
  });

  it('leaves out the disks of servers', () => {
    expect(Object.keys(diskPlaces({ dir: '/d', appsHome: '/p', role: 'workers' }))).toEqual([
      'backups',
      'server-logs',
      'app-logs',
    ]);
  });

  it('asks a worker at the address that it listens on', () => {
    expect(httpAddress('10.0.0.12', 4001)).toBe('http://10.0.0.12:4001');
    expect(httpAddress('fd00::2', 4001)).toBe('http://[fd00::2]:4001');
    expect(httpAddress('0.0.0.0', 4001)).toBe('http://127.0.0.1:4001');
    expect(httpAddress(undefined, 4001)).toBe('http://127.0.0.1:4001');
  });
});
