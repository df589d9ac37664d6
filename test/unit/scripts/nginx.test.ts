import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Balancing } from '../../../tools/local-servers/types';
import { newFolder } from '../../support/folder';
import { nobody } from '../../../tools/local-servers/logins';
import { nginx } from '../../../tools/local-servers/servers/nginx';
import { checkBalancing, methods } from '../../../tools/local-servers/balancing';

const root = path.join(__dirname, '..', '..', '..');

let dir: string;
beforeEach(() => {
  dir = newFolder();
});

/** Creates a program that prints the build arguments of NGINX. */
function fakeNginx(builtWith: string): string {
  const file = path.join(dir, 'nginx');
  writeFileSync(file, `#!/bin/sh\necho 'configure arguments: ${builtWith}' >&2\n`, { mode: 0o755 });
  return file;
}

function fakeModules(): string {
  const folder = path.join(dir, 'modules');
  mkdirSync(folder);
  for (const name of ['ndk_http_module.so', 'ngx_http_lua_module.so'])
    writeFileSync(path.join(folder, name), '');
  return folder;
}

function prepare(balancing: string, bin = fakeNginx(`--modules-path=${dir}/none --with-debug`)) {
  const own = path.join(dir, 'own');
  mkdirSync(own, { recursive: true });
  const [server] = nginx.prepare({
    root,
    dir: own,
    ports: { nginx: 3999, metrics: 3998 },
    found: { bin },
    ...nobody,
    apiPorts: [4101, 4102],
    balancing: balancing as Balancing,
  });
  const text = readFileSync(path.join(own, 'nginx.conf'), 'utf8');
  // NGINX resolves it from the configuration's own folder.
  const [, included] = /^ +include (balancing\/[^*]+?);$/m.exec(text)!;
  return { text, method: readFileSync(path.join(own, included!), 'utf8'), changed: server!.configChanged };
}

describe('the configuration of NGINX', () => {
  it('fills in every name and lists every worker, however requests are balanced', () => {
    const bin = fakeNginx(`--modules-path=${fakeModules()}`);
    for (const method of methods) {
      const { text } = prepare(method, bin);
      expect(text).not.toMatch(/\$\{/);
      expect(text).toContain('listen 127.0.0.1:3998;');
      expect(text).toContain('server 127.0.0.1:4101 max_fails=3 fail_timeout=2s;');
      expect(text).toContain('server 127.0.0.1:4102 max_fails=3 fail_timeout=2s;');
      expect(text).toMatch(
        /upstream doors {[^}]* 127.0.0.1:5101 max_fails=0;\s+server 127.0.0.1:5102 max_fails=0;/,
      );
      expect(text.indexOf(`include balancing/${method}.conf`)).toBeLessThan(text.indexOf('keepalive 256'));
    }
  });

  it('loads Lua only for response-time, from where the modules of this NGINX are', () => {
    const folder = fakeModules();
    const bin = fakeNginx(`--prefix=/usr --modules-path=${folder} --with-debug`);
    expect(prepare('round-robin', bin).text).not.toContain('load_module');
    const { text } = prepare('response-time', bin);
    expect(text).toContain(`load_module ${folder}/ndk_http_module.so;`);
    expect(text).toContain(`load_module ${folder}/ngx_http_lua_module.so;`);
    expect(text).toContain("default '127.0.0.1:4101 127.0.0.1:4102'");
  });

  it('loads nothing where Lua was built in, as in OpenResty', () => {
    const { text } = prepare(
      'response-time',
      fakeNginx('--add-module=../ndk-0.3 --add-module=../ngx_lua-0.10'),
    );
    expect(text).not.toContain('load_module');
  });

  it('is refused if this NGINX has no Lua, with what to do', () => {
    expect(() => prepare('response-time')).toThrow(/no such module[^]+libnginx-mod-http-lua/);
    for (const method of methods.slice(0, 2)) expect(() => prepare(method)).not.toThrow();
  });

  it('is to be read again when it has changed, and only then', () => {
    expect(prepare('round-robin').changed).toBe(false);
    expect(prepare('round-robin').changed).toBe(false);
    expect(prepare('least-connections').changed).toBe(true);
    writeFileSync(path.join(dir, 'own', 'balancing', 'balance.lua'), 'an older one');
    expect(prepare('least-connections').changed).toBe(true);
  });
});

describe('BALANCING', () => {
  const before = process.env.BALANCING;
  afterEach(() => {
    if (before === undefined) delete process.env.BALANCING;
    else process.env.BALANCING = before;
  });

  it('is round-robin by default', () => {
    delete process.env.BALANCING;
    expect(checkBalancing()).toBe('round-robin');
    process.env.BALANCING = '';
    expect(checkBalancing()).toBe('round-robin');
    process.env.BALANCING = 'response-time';
    expect(checkBalancing()).toBe('response-time');
  });

  it('refuses any other word and lists the three methods', () => {
    expect(() => checkBalancing('random')).toThrow(
      'BALANCING is "random"; it can be round-robin, least-connections, response-time.',
    );
    expect(() => prepare('least_conn')).toThrow(/round-robin, least-connections, response-time/);
  });
});
