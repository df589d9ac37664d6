import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { configVariables, readConfig, readProcessConfig } from '../../../src/config';
import { stopMsOf } from '../../../src/config/time-limits';
import { parseBrokers } from '../../../src/lib/broker-list';
import { parseSentinelUrl } from '../../../src/lib/sentinel-url';
import { compose, filledIn, read, root } from '../../support/compose-file';
import { newFolder } from '../../support/folder';
import { services, stack } from '../../support/swarm-stack';

const folder = path.join(root, 'deploy', 'swarm');
const membersOf = (name: string) => Object.keys(services).filter((key) => key.startsWith(`${name}-`));
const seconds = (text: string | undefined) => Number(/^(\d+)s$/.exec(text ?? '')?.[1]);
const withoutPrefix = (name: string) => name.replace(/^taskfleet-/, '');

/** Runs a script with a `docker` and a `compose` that keep what they are given. */
function run(script: string, args: string[] = [], env: Record<string, string> = {}) {
  const bin = newFolder();
  const program = (name: string, text: string) =>
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${text}`, { mode: 0o755 });
  program(
    'docker',
    `case "$*" in
     *"secret ls"*) printf %s "$THERE" ;;
     *CurrentState*) echo "$STATE 1 second ago" ;;
     *"service logs"*) echo "its output" ;;
     *UpdateStatus*) echo completed ;;
     *Replicas*) echo 1/1 ;;
     *) echo "$HASH_REDIS $*" >>"$0.calls"; cat >>"$0.$3" ;;
     esac\n`,
  );
  program(
    'compose',
    `case "$*" in
     *--services) echo "$SERVICES" ;;
     *) echo "name: taskfleet"; echo "files: $*"; case "$*" in *"-f -"*) cat ;; esac ;;
     esac\n`,
  );
  const PATH = `${bin}:${process.env.PATH}`;
  const printed = execFileSync('sh', [path.join(folder, script), ...args], {
    env: { PATH, THERE: '', COMPOSE: 'compose', ...env },
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const given = (name: string) => readFileSync(path.join(bin, `docker.${name}`), 'utf8');
  return { printed, given, bin };
}

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

describe('secrets.sh', () => {
  const { given, printed } = run('secrets.sh');
  const secret = (name: string) => given(`taskfleet-${name}`);

  it('creates every secret of the stack, and prints names alone', () => {
    const names = Object.values(stack.secrets!).map(({ name }) => name);
    expect(printed.trim().split('\n').sort()).toEqual(names.sort());
    for (const name of names) expect(secret(withoutPrefix(name))).toMatch(/^.{64,}$/s);
  });

  it('names the members of the stack in the URLs, with their passwords', () => {
    for (const user of ['api', 'worker']) {
      const { mongoUrl } = readProcessConfig({ MONGO_URL: secret(`mongo-url-${user}`) });
      const password = secret(`mongo-${user}-password`);
      const hosts = membersOf('mongo').map((name) => `${name}:27017`);
      expect(mongoUrl).toBe(
        `mongodb://${user}:${password}@${hosts.join()}/taskfleet?replicaSet=taskfleet&authSource=admin`,
      );
      expect(services['mongo-1']!.environment!.MONGO_MEMBERS).toBe(hosts.join());
    }
    const { sentinels, password, name } = parseSentinelUrl(secret('redis-url'))!;
    expect(sentinels).toEqual(membersOf('sentinel').map((host) => ({ host, port: 26379 })));
    expect([password, name]).toEqual([secret('redis-password'), 'main']);
    const { brokers, faults } = parseBrokers(secret('amqp-url'));
    expect(faults).toEqual([]);
    expect(brokers.map(({ url }) => new URL(url).hostname)).toEqual(membersOf('rabbitmq'));
    expect(new URL(brokers[0]!.url).password).toBe(secret('rabbitmq-password'));
  });

  it('refuses to replace secrets that are there', () => {
    expect(() => run('secrets.sh', [], { THERE: 'id' })).toThrow('The secrets are there already');
  });
});

describe('deploy.sh', () => {
  const SERVICES = ['api', 'redis-1', 'mongo-1', 'redis-2'];
  // A file of the folder where the user is, and one of deploy/swarm.
  const files = ['-f', 'docker-compose.tls.yml', '-f', 'one-mongo.yml'];
  const { given, printed } = run('deploy.sh', files, { SERVICES: SERVICES.join('\n') });
  const head = `version: '3.8'\nfiles: -f ${folder}/stack.yml -f docker-compose.tls.yml -f ${folder}/one-mongo.yml`;

  it('deploys the members of one host after those of another, and then everything', () => {
    const only = (...members: string[]) =>
      SERVICES.filter((name) => !members.includes(name))
        .map((name) => `  ${name}: !reset null\n`)
        .join('');
    expect(given('--compose-file')).toBe(
      [only('redis-1', 'mongo-1'), only('redis-2')]
        .map((others) => `${head} -f - config --no-interpolate\nservices:\n${others}`)
        .join(''),
    );
    expect(given('--prune')).toBe(`${head} config --no-interpolate\n`);
    const deploys = given('calls').trim().split('\n');
    expect(deploys.map((line) => line.includes('--prune'))).toEqual([false, false, true]);
    for (const line of deploys) expect(line).toContain('--with-registry-auth');
    expect(printed.match(/members of host \d/g)).toEqual(['members of host 1', 'members of host 2']);
  });

  it('names configs after their content', () => {
    expect(given('calls')).toMatch(/^[\da-f]{12} stack deploy /);
  });
});

describe('run.sh', () => {
  const once = (STATE: string) =>
    run('run.sh', ['taskfleet', 'migrate'], {
      STATE,
      TASKFLEET_IMAGE: 'image:1',
      OPTIONS: '--mount a',
    });

  it('runs a command with the secrets of the API, prints its output and leaves nothing', () => {
    const { given, printed } = once('Complete');
    const [create, ...rest] = given('calls').trimEnd().split('\n');
    expect(create).toMatch(
      /^ service create .*--no-healthcheck.*--with-registry-auth.* --mount a image:1 taskfleet migrate$/,
    );
    for (const [name, value] of Object.entries(services.api!.environment!).filter(([key]) =>
      key.endsWith('_FILE'),
    ))
      expect(create).toContain(
        `--secret taskfleet-${path.basename(value)} --env ${name}=/run/secrets/taskfleet-`,
      );
    for (const name of ['api-mongo', 'api-redis', 'api-rabbitmq'])
      expect(create).toContain(`--network taskfleet_${name} `);
    expect(printed).toBe('its output\n');
    expect(rest.at(-1)).toBe(' service rm taskfleet-run');
  });

  it.each(['Failed', 'Rejected'])('ends with 1 if the command ends as %s', (state) => {
    expect(() => once(state)).toThrow(
      expect.objectContaining({ status: 1, stdout: 'its output\n' }) as Error,
    );
  });
});
