import { existsSync } from 'node:fs';
import path from 'node:path';
import { configVariables, readConfig } from '../../../src/config';
import { stopMsOf } from '../../../src/config/time-limits';
import { compose, filledIn, read, root, seconds } from '../../support/compose-file';
import { membersOf, services, stack } from '../../support/swarm-stack';

const folder = path.join(root, 'deploy', 'swarm');

describe('the stack for Docker Swarm', () => {
  it('leaves out what a swarm refuses or ignores', () => {
    for (const [name, service] of Object.entries(services)) {
      const { depends_on: dependsOn, tmpfs, dns_opt: dnsOption } = service;
      expect([name, dependsOn, tmpfs, dnsOption]).toEqual([name, undefined, undefined, undefined]);
      for (const volume of service.volumes ?? [])
        if (typeof volume === 'string') expect(volume).toMatch(/^[a-z]+:\/[\w/]+$/);
    }
  });

  it('keeps the restrictions of the containers, each writing into /tmp alone or its volume', () => {
    for (const service of Object.values(services)) {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        deploy: { endpoint_mode: 'dnsrr' },
      });
      expect(service.volumes).toContainEqual({ type: 'tmpfs', target: '/tmp' });
    }
  });

  it('has no password in a variable, and gives each service only secrets that exist', () => {
    for (const { environment = {}, secrets = [] } of Object.values(services)) {
      for (const [name, value] of Object.entries(environment)) {
        expect([name, value]).not.toEqual([name, expect.stringMatching(/PASSWORD|SECRET|\$\{\w+:\?/)]);
        if (name.endsWith('_FILE')) expect(secrets).toContain(path.basename(value));
      }
      expect(Object.keys(stack.secrets!)).toEqual(expect.arrayContaining(secrets));
    }
    expect(services.worker!.secrets).toEqual(['mongo-url-worker', 'amqp-url']);
  });

  it('gives each config a file, and a name that changes with it', () => {
    const hashed = new Map(
      [...read('deploy/swarm/deploy.sh').matchAll(/^(HASH_\w+)=\$\(hash (\S+)\)$/gm)].map(
        ([, name, file]) => [`\${${name}}`, file],
      ),
    );
    for (const [key, { file, name }] of Object.entries(stack.configs!)) {
      expect(existsSync(path.join(folder, file))).toBe(true);
      const [hash] = /\$\{HASH_\w+\}$/.exec(name)!;
      expect([name, hashed.get(hash)]).toEqual([`taskfleet-${key}-${hash}`, file]);
    }
    for (const { configs = [] } of Object.values(services))
      expect(Object.keys(stack.configs!)).toEqual(
        expect.arrayContaining(configs.map(({ source }) => source)),
      );
  });

  it('makes the networks that docker-compose.yml has, as closed as there', () => {
    expect(stack.networks).toEqual(compose.networks);
  });

  it.each(['mongo', 'redis', 'sentinel', 'rabbitmq'])(
    'pins each member of %s to a host of its own',
    (name) => {
      const places = membersOf(name).map((member) => services[member]!.deploy!.placement!.constraints[0]);
      expect(places).toEqual(places.map((_, i) => `node.labels.taskfleet.member == ${i + 1}`));
      for (const member of membersOf(name))
        expect(services[member]).toMatchObject({
          hostname: member,
          deploy: { update_config: { order: 'stop-first' } },
        });
      expect(places).toHaveLength(name === 'redis' ? 2 : 3);
    },
  );

  it.each(['api', 'worker'])('replaces %s without a gap, and goes back if a new one fails', (name) => {
    const { deploy, environment, stop_grace_period: grace } = services[name]!;
    expect(deploy).toMatchObject({
      update_config: { order: 'start-first', failure_action: 'rollback' },
      rollback_config: { order: 'start-first' },
    });
    expect(filledIn({ replicas: deploy!.replicas! })).toEqual({ replicas: '3' });
    expect(configVariables).toEqual(expect.arrayContaining(Object.keys(environment!)));
    expect(seconds(grace) * 1_000).toBeGreaterThan(stopMsOf(Number(environment!.DRAIN_MS ?? 0)) + 1_000);
  });

  it('has an API worker serve for longer than each NGINX takes to learn that it stops', () => {
    const { API_SERVERS: servers, DOOR_SERVERS: doors } = services.nginx!.environment!;
    const { port, doorPort, drainMs, balancerUrls } = readConfig({
      ...filledIn(services.api!.environment!),
      TASKFLEET_HOST: services
        .api!.environment!.TASKFLEET_HOST!.replace('{{.Node.Hostname}}', 'a-host-with-a-rather-long-name')
        .replace('{{.Task.ID}}', 'x'.repeat(25)),
      MONGO_URL: 'mongodb://x',
      MONGO_URL_FILE: '',
      REDIS_URL_FILE: '',
      AMQP_URL_FILE: '',
      JWT_SECRETS: 'x'.repeat(64),
    });
    expect(servers).toContain(`server tasks.api:${port} resolve`);
    expect(doors).toContain(`server tasks.api:${doorPort} resolve`);
    expect(drainMs).toBeGreaterThan(4 * 1_000 * seconds(/valid=(\w+)/.exec(servers!)![1]));
    expect(balancerUrls).toBeUndefined();
  });
});
