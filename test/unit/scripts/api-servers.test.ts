import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { apiServers } from '../../../tools/local-servers/api-servers';
import type { Balancing } from '../../../tools/local-servers/types';
import { newFolder } from '../../support/folder';

const resolvConf = path.join(newFolder(), 'resolv.conf');
writeFileSync(resolvConf, '# of a test\nnameserver 10.0.0.2\nnameserver fd00::2\nsearch internal\n');

const list = (
  edge: { API_HOSTS?: string; RESOLVER?: string },
  {
    balancing = 'round-robin',
    version = '1.30.0',
    file = resolvConf,
  }: { balancing?: Balancing; version?: string; file?: string } = {},
) => apiServers(edge, { apiPorts: [4001, 4002], balancing, version: () => version, resolvConf: file });

describe('the API workers that NGINX lists', () => {
  it('are those of this host by default, which may take a second to connect', () => {
    expect(list({})).toEqual({
      API_SERVERS:
        'server 127.0.0.1:4001 max_fails=3 fail_timeout=2s;\n    server 127.0.0.1:4002 max_fails=3 fail_timeout=2s;',
      API_PEERS: '127.0.0.1:4001 127.0.0.1:4002',
      NGINX_API_HOSTS: '',
      NGINX_CONNECT_TIMEOUT: '1s',
    });
  });

  it('are those of API_HOSTS as well, which are given up sooner and tried again later', () => {
    const found = list({ API_HOSTS: '10.0.0.11:4001-4002,[fd00::1]:4001' }, { version: '1.22.1' });
    expect(found.API_SERVERS.split(/\n */)).toEqual([
      'server 127.0.0.1:4001 max_fails=3 fail_timeout=2s;',
      'server 127.0.0.1:4002 max_fails=3 fail_timeout=2s;',
      'server 10.0.0.11:4001 max_fails=3 fail_timeout=5s;',
      'server 10.0.0.11:4002 max_fails=3 fail_timeout=5s;',
      'server [fd00::1]:4001 max_fails=3 fail_timeout=5s;',
    ]);
    expect(found).toMatchObject({
      API_PEERS: '127.0.0.1:4001 127.0.0.1:4002 10.0.0.11:4001 10.0.0.11:4002 [fd00::1]:4001',
      NGINX_API_HOSTS: '10.0.0.11/32 1;\n    fd00::1/128 1;',
      NGINX_CONNECT_TIMEOUT: '300ms',
    });
  });

  it('are listed once if API_HOSTS names a port of this host', () => {
    const { API_SERVERS, API_PEERS } = list({ API_HOSTS: '127.0.0.1:4002-4003' });
    expect(API_SERVERS.match(/:4002 /g)).toHaveLength(1);
    expect(API_PEERS).toBe('127.0.0.1:4001 127.0.0.1:4002 127.0.0.1:4003');
  });

  it('have names that NGINX resolves again, at the DNS servers of this host or of RESOLVER', () => {
    const edge = { API_HOSTS: 'api.internal:4001' };
    expect(list(edge).API_SERVERS).toMatch(
      /^resolver 10\.0\.0\.2 \[fd00::2\] valid=5s;[^]*server api\.internal:4001 max_fails=3 fail_timeout=5s resolve;$/,
    );
    expect(list({ ...edge, RESOLVER: '10.0.0.3:5353' }).API_SERVERS).toMatch(/^resolver 10\.0\.0\.3:5353 /);
  });

  it.each([
    [
      { version: '1.22.1' },
      /^API_HOSTS names api\.internal, but NGINX 1\.22\.1 .* NGINX 1\.27\.3 or newer\.$/,
    ],
    [{ balancing: 'response-time' as const }, /resolves no names: write addresses/],
    [{ file: '/none' }, /names no DNS server: set RESOLVER/],
  ])('cannot have names if %j', (options, message) => {
    expect(() => list({ API_HOSTS: 'api.internal:4001' }, options)).toThrow(message);
  });

  it('are refused with the reason if API_HOSTS is malformed', () => {
    expect(() => list({ API_HOSTS: '10.0.0.11' })).toThrow('API_HOSTS names 10.0.0.11 without a port');
  });
});
