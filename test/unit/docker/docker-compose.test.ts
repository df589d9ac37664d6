import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { DCLinter } from 'dclint';
import { parse } from 'yaml';
import { configVariables } from '../../../src/config';
import {
  api,
  compose,
  configOf,
  filledIn,
  nginx,
  read,
  root,
  seconds,
  worker,
  type Service,
} from '../../support/compose-file';

const { apps } = jest.requireActual<{ apps: { name: string; kill_timeout: number }[] }>(
  '../../../ecosystem.config.js',
);
const template = read('nginx/nginx.conf.template');
/** The second file, which changes the stack for an NGINX with Lua. */
const override = parse(read('docker-compose.response-time.yml')) as {
  services: { nginx: Service };
};

describe('docker-compose.yml', () => {
  it('follows the schema and every rule that is not of taste', () => {
    const taste = [
      'no-build-and-image',
      'no-quotes-in-volumes',
      'no-unbound-port-interfaces',
      'service-keys-order',
      'services-alphabetical-order',
      'top-level-properties-order',
    ];
    const rules = Object.fromEntries(taste.map((rule) => [rule, 0 as const]));
    const linter = new DCLinter({ rules, quiet: false, debug: false, exclude: [] });
    const files = readdirSync(root).filter((name) => /^docker-compose.*\.yml$/.test(name));
    expect(files).toHaveLength(4);
    for (const name of files)
      expect(linter.lintFiles([path.join(root, name)], false)).toEqual([
        expect.objectContaining({ messages: [] }),
      ]);
  });

  it('waits only for services with a health check', () => {
    for (const { depends_on: dependsOn = {} } of Object.values(compose.services)) {
      for (const [name, { condition }] of Object.entries(dependsOn)) {
        const { healthcheck, build } = compose.services[name]!;
        if (condition === 'service_healthy') expect(healthcheck ?? build).toBeDefined();
      }
    }
  });
});

describe.each(Object.entries({ api, worker }))('the %s container', (name, service) => {
  it('sets only variables that the processes read, and all required ones', () => {
    const names = Object.keys(service.environment!);
    expect(configVariables).toEqual(expect.arrayContaining(names));
    expect(names).toEqual(expect.arrayContaining(['MONGO_URL', 'AMQP_URL']));
    expect(configOf(service)).toMatchObject({ nodeEnv: 'production', host: '0.0.0.0' });
  });

  it('finds its servers by the names of the services', () => {
    const { mongoUrl, redisUrl, rabbit } = configOf(service);
    const urls = [mongoUrl, redisUrl, rabbit?.url].flatMap((url) => (url ? [new URL(url)] : []));
    expect(urls.map(({ hostname }) => hostname)).toEqual(
      name === 'api' ? ['mongo', 'redis', 'rabbitmq'] : ['mongo', 'rabbitmq'],
    );
    for (const { password, hostname } of urls) {
      expect(password).toHaveLength(64);
      expect(
        service.networks.filter((network) => compose.services[hostname]!.networks.includes(network)),
      ).toHaveLength(1);
    }
    expect(new URL(mongoUrl).username).toBe(name);
  });

  it(`runs taskfleet-${name} and has the time to let it stop`, () => {
    const app = apps.find((candidate) => candidate.name === `taskfleet-${name}`)!;
    if (service.command) expect(String(service.command)).toBe(`node dist/cli/in-container.js ${app.name}`);
    expect(seconds(service.stop_grace_period)).toBeGreaterThan(app.kill_timeout / 1_000 + 5);
  });
});

describe('NGINX before the api container', () => {
  it('gets every value of the template', () => {
    const asked = [...template.matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name]) => name);
    expect(Object.keys(nginx.environment!)).toEqual(expect.arrayContaining(asked));
    for (const volume of nginx.volumes!)
      expect(existsSync(path.join(root, volume.split(':')[0]!))).toBe(true);
    expect(
      existsSync(path.join(root, 'nginx', 'balancing', `${filledIn(nginx.environment!).BALANCING}.conf`)),
    ).toBe(true);
  });

  it('lists a port for each worker', () => {
    const ports = [...nginx.environment!.API_SERVERS!.matchAll(/server api:(\d+) /g)].map(([, port]) =>
      Number(port),
    );
    const first = configOf(api).port;
    expect(ports).toEqual(ports.map((_, i) => first + i));
    expect(ports.length).toBeGreaterThanOrEqual(Number(filledIn(api.environment!).API_WORKERS));
    const { doorPort, internalHost } = configOf(api);
    const doors = [...nginx.environment!.DOOR_SERVERS!.matchAll(/server api:(\d+) /g)].map(([, port]) =>
      Number(port),
    );
    expect(doors).toEqual(ports.map((_, i) => doorPort + i));
    expect(internalHost).toBe('0.0.0.0');
  });
});

describe('NGINX with Lua, of docker-compose.response-time.yml', () => {
  const { nginx: changed } = override.services;

  it('changes only values of NGINX, so that the other containers and their network stay', () => {
    expect(Object.keys(override)).toEqual(['name', 'services']);
    expect(Object.keys(override.services)).toEqual(['nginx']);
    expect(Object.keys(nginx.environment!)).toEqual(
      expect.arrayContaining(Object.keys(changed.environment!)),
    );
    expect(changed.environment!.BALANCING).toBe('response-time');
    expect(existsSync(path.join(root, changed.build as string, 'Dockerfile'))).toBe(true);
  });

  it('lists the same workers by the name of their containers', () => {
    const listed = [...nginx.environment!.API_SERVERS!.matchAll(/server (api:\d+) /g)].map(
      ([, name]) => name,
    );
    expect(changed.environment!.API_PEERS!.split(' ')).toEqual(listed);
    expect(changed.environment!.API_SERVERS!.trim().split(/;\s*/)).toEqual([
      ...listed.map((name) => `server ${name}`),
      '',
    ]);
  });
});
