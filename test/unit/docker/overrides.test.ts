import { spawnSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { readConfig } from '../../../src/config';
import { findCommand } from '../../../tools/local-servers/find-command';
import { http2Of } from '../../../tools/local-servers/servers/nginx-edge';
import { api, environmentOf, filledIn, nginx, read, root, type Service } from '../../support/compose-file';
import { newFolder } from '../../support/folder';

interface Override {
  services: Record<string, Partial<Service> & { secrets?: string[] }>;
  secrets: Record<string, { file: string }>;
}
const tls = parse(read('docker-compose.tls.yml')) as Override;
const keys = parse(read('docker-compose.keys.yml')) as Override;

describe.each(Object.entries({ tls, keys }))('docker-compose.%s.yml', (_, { services, secrets }) => {
  it('takes secrets as files, which it refuses to start without, and puts none into a variable', () => {
    const given = Object.values(services).flatMap((service) => service.secrets ?? []);
    expect(given.sort()).toEqual(Object.keys(secrets).sort());
    for (const { file } of Object.values(secrets)) expect(file).toMatch(/^\$\{[A-Z_]+:\?is not set/);
    for (const { environment = {} } of Object.values(services))
      for (const value of Object.values(environment)) expect(value).not.toContain('${');
  });
});

describe('NGINX with HTTPS in a container', () => {
  const changed = tls.services.nginx!;
  const environment: Record<string, string> = { ...nginx.environment, ...changed.environment };
  const published = [...nginx.ports!, ...changed.ports!].map((port) => port.split(':').at(-1)!);
  const redirected = [...environment.NGINX_REDIRECTED!.matchAll(/(\d+) 1;/g)].map(([, port]) => port!);
  const listened = [...environment.NGINX_LISTEN!.matchAll(/listen (\d+)( ssl)?/g)];

  it('publishes ports that speak HTTPS or redirect to it, and keeps a plain one for the API', () => {
    expect(Object.keys(nginx.environment!)).toEqual(
      expect.arrayContaining(Object.keys(changed.environment!)),
    );
    for (const port of published) {
      const [, , isTls] = listened.find(([, number]) => number === port)!;
      expect([port, Boolean(isTls)]).toEqual([port, !redirected.includes(port)]);
    }
    const { port } = new URL(api.environment!.BALANCER_URL!);
    expect(port).toBe(environment.NGINX_PROBE_PORT);
    expect(listened.find(([, number]) => number === port)?.[2]).toBeUndefined();
    expect([...published, ...redirected]).not.toContain(port);
    expect(changed.healthcheck!.test.at(-1)).toMatch(/^https:\/\/127\.0\.0\.1:8443\//);
  });

  it('has a configuration that NGINX accepts', () => {
    const folder = newFolder();
    for (const name of ['balancing', 'tls'])
      cpSync(path.join(root, 'nginx', name), path.join(folder, name), { recursive: true });
    const bin = findCommand('nginx')!;
    const values: Record<string, string> = {
      ...filledIn(environment),
      NGINX_DIR: '.',
      NGINX_ACCESS_LOG: 'access.log',
      // Older than the image's, this NGINX resolves no names at run time and may not know the directive of HTTP/2.
      API_SERVERS: 'server 127.0.0.1:4001;',
      DOOR_SERVERS: 'server 127.0.0.1:5001;',
      NGINX_TLS: environment.NGINX_TLS!.replace('http2 on;', http2Of(bin) === 'directive' ? 'http2 on;' : ''),
    };
    const text = read('nginx/nginx.conf.template').replace(
      /\$\{([A-Z_]+)\}/g,
      (_, name: string) => values[name]!,
    );
    writeFileSync(path.join(folder, 'nginx.conf'), text);
    const { status, stderr } = spawnSync(
      bin,
      ['-p', `${folder}/`, '-c', 'nginx.conf', '-e', 'stderr', '-t'],
      { encoding: 'utf8', timeout: 10_000 },
    );
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringContaining('test is successful') as string,
    });
    for (const name of ['tls-cert', 'tls-key']) expect(text).toContain(`default '/run/secrets/${name}';`);
  });
});

it('the API in a container takes the keys of the tokens from a file', () => {
  const changed = keys.services.api!.environment!;
  expect(changed.JWT_SECRETS_FILE).toBe('/run/secrets/jwt-secrets');
  const file = path.join(newFolder(), 'jwt-secrets');
  writeFileSync(file, `${'a'.repeat(32)}\n${'b'.repeat(32)} until 2999-01-01T00:00:00Z\n`);
  const { jwtKeys, jwtKeysFile } = readConfig({ ...environmentOf(api), ...changed, JWT_SECRETS_FILE: file });
  expect(jwtKeys.map(({ secret }) => secret[0])).toEqual(['a', 'b']);
  expect(jwtKeysFile).toBe(file);
});
