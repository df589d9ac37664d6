import { readProcessConfig } from '../../../src/config';
import { parseBrokers } from '../../../src/lib/broker-list';
import { parseSentinelUrl } from '../../../src/lib/sentinel-url';
import { folder, runScript } from '../../support/swarm-scripts';
import { membersOf, services, stack } from '../../support/swarm-stack';

const withoutPrefix = (name: string) => name.replace(/^taskfleet-/, '');

describe('secrets.sh', () => {
  const { given, stdout } = runScript('secrets.sh');
  const secret = (name: string) => given(`taskfleet-${name}`);

  it('creates every secret of the stack, and prints names alone', () => {
    const names = Object.values(stack.secrets!).map(({ name }) => name);
    expect(stdout.trim().split('\n').sort()).toEqual(names.sort());
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

  it('removes those that it made if it can not make all', () => {
    const { status, stdout, given } = runScript('secrets.sh', [], { REFUSED: 'taskfleet-redis-url -' });
    expect(status).toBe(1);
    expect(given('removed').trim().split(' ')).toEqual(stdout.trim().split('\n'));
    expect(stdout).toContain('taskfleet-redis-password');
  });

  it('refuses to replace secrets that are there', () => {
    expect(runScript('secrets.sh', [], { THERE: 'id' })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('The secrets are there already') as string,
    });
  });
});

describe('deploy.sh', () => {
  const SERVICES = ['api', 'redis-1', 'mongo-1', 'redis-2'];
  // A file of the folder in which the user is, and one of deploy/swarm.
  const files = ['-f', 'docker-compose.tls.yml', '-f', 'one-mongo.yml'];
  // States of the last updates, before the first deploy.
  const EARLIER = 'completed '.repeat(SERVICES.length);
  const deploy = (env: Record<string, string> = {}) =>
    runScript('deploy.sh', files, { SERVICES: SERVICES.join('\n'), ...env });
  const head = `version: '3.8'\nfiles: -f ${folder}/stack.yml -f docker-compose.tls.yml -f ${folder}/one-mongo.yml`;
  const isDeploy = (line: string) => line.includes('stack deploy');

  it('deploys the members of one host after those of another, and then everything', () => {
    const { given, stdout, calls } = deploy();
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
    const deploys = calls().filter(isDeploy);
    expect(deploys.map((line) => line.includes('--prune'))).toEqual([false, false, true]);
    for (const line of deploys) expect(line).toContain('--with-registry-auth');
    expect(stdout.match(/members of host \d/g)).toEqual(['members of host 1', 'members of host 2']);
  });

  it.each([[['--dry-run']], [['one-mongo.yml']], [['-f']], [['-f', 'one-mongo.yml', '--help']]])(
    'refuses %p',
    (args) => {
      const { status, stderr, calls } = runScript('deploy.sh', args, { SERVICES: 'api' });
      expect([status, stderr]).toEqual([2, expect.stringMatching(/^Usage: .*deploy.sh \[-f FILE\]/)]);
      expect(calls).toThrow('ENOENT');
    },
  );

  it('takes files whose names have blanks', () => {
    const { stderr } = runScript('deploy.sh', ['-f', 'my own.yml', '-f', '*'], { COMPOSE: 'refuse each' });
    expect(stderr).toContain(
      '<each>\n<-f>\n<' + folder + '/stack.yml>\n<-f>\n<my own.yml>\n<-f>\n<*>\n<config>\n',
    );
  });

  it('names configs after their content', () => {
    expect(deploy().given('calls')).toMatch(/^[\da-f]{12} stack deploy /m);
  });

  it.each([
    [
      'an update goes on',
      { UPDATES: `${EARLIER} completed completed ${'updating '.repeat(20)} completed` },
      'redis-1 updating',
    ],
    ['a member does not run', { REPLICAS: '1/1 0/1 0/1 1/1' }, 'mongo-1 0/1'],
    [
      'it is not known whether one goes on',
      { UPDATES: `${EARLIER} broken broken completed` },
      'redis-1 broken',
    ],
  ])('touches no member of the next host while %s', (_, env, lack) => {
    const { status, stdout, calls } = deploy(env);
    expect(status).toBe(0);
    expect(stdout).toContain(`Waiting for the members of host 1: ${lack}`);
    const [first, second] = calls().flatMap((line, i) => (isDeploy(line) ? [i] : []));
    // Three checks of two members after the last lack, with two answers each.
    const answers = calls().slice(first! + 1, second);
    expect(answers.slice(-12).filter((answer) => !/^(completed|1\/1)$/.test(answer))).toEqual([]);
    expect(answers.length).toBeGreaterThan(12);
  });

  it.each([
    [
      'the swarm gave up',
      { UPDATES: `${EARLIER} updating updating paused` },
      'The swarm gave up: redis-1 paused',
    ],
    ['a member never runs', { REPLICAS: '0/1' }, 'members of host 1 runs after 10 minutes: redis-1 0/1'],
  ])('ends with 1 if %s, and leaves the other hosts alone', (_, env, message) => {
    const { status, stderr, calls } = deploy(env);
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(calls().filter(isDeploy)).toHaveLength(1);
    expect(calls().slice(-2).join()).toMatch(/service ps .*redis-1,.*service ps .*mongo-1/);
  });
});

describe('deploy.sh waits for the release', () => {
  const deploy = (env: Record<string, string>) => runScript('deploy.sh', [], { SERVICES: 'api', ...env });

  it('until all containers are replaced', () => {
    const { status, stdout } = deploy({ UPDATES: 'completed updating', REPLICAS: '2/3' });
    expect(status).toBe(1);
    expect(stdout).toContain('Waiting for api: api updating');
    expect(deploy({ UPDATES: 'completed updating updating completed', REPLICAS: '3/3' }).status).toBe(0);
  });

  it('ends with 1 if the swarm takes it back', () => {
    const { status, stderr } = deploy({ UPDATES: 'completed updating rollback_started', REPLICAS: '3/3' });
    expect([status, stderr]).toEqual([1, expect.stringContaining('The swarm gave up: api rollback_started')]);
  });

  it.each(['rollback_completed', 'paused'])('is not troubled by an earlier update that is %s', (state) => {
    expect(
      deploy({ UPDATES: `${state} ${state} updating ${state}-later completed`, REPLICAS: '3/3' }).status,
    ).toBe(1);
    expect(deploy({ UPDATES: `${state} ${state} updating completed`, REPLICAS: '3/3' }).status).toBe(0);
    expect(deploy({ UPDATES: state, REPLICAS: '3/3' }).status).toBe(0);
  });

  it('shows the last error of what does not run', () => {
    expect(deploy({ REPLICAS: '2/3 3/3', ERROR: 'no such image' }).stdout).toContain(
      'Waiting for api: api 2/3\n  api: no such image (docker service logs taskfleet_api)\n',
    );
  });

  it('refuses to guess the image', () => {
    const { status, stderr } = deploy({ TASKFLEET_IMAGE: '' });
    expect(status).not.toBe(0);
    expect(stderr).toContain('TASKFLEET_IMAGE: is not set');
  });
});

describe('run.sh', () => {
  const once = (STATES: string) =>
    runScript('run.sh', ['taskfleet', 'migrate'], {
      STATES,
      SECRETS: ' --secret source=taskfleet-mongo-url-api-2,target=mongo-url-api',
      ENV: 'MONGO_URL_FILE=/run/secrets/mongo-url-api\nDRAIN_MS=5000\nREDIS_URL_FILE=/run/secrets/redis-url',
      TASKFLEET_IMAGE: 'image:1',
      OPTIONS: '--mount a',
    });
  const commands = (calls: string[]) => calls.filter((line) => line.startsWith(' service'));

  it('runs a command with the secrets that the API has now, prints its output and leaves nothing', () => {
    const { status, calls, stdout } = once('Pending Running Complete');
    const [create, ...rest] = commands(calls());
    const name = /^ service create .*--name (taskfleet-run-[\da-f]{8}) /.exec(create!)![1];
    expect(create).toMatch(/--no-healthcheck --with-registry-auth .* --mount a image:1 taskfleet migrate$/);
    expect(create).toContain(
      ' --secret source=taskfleet-mongo-url-api-2,target=mongo-url-api' +
        ' --env MONGO_URL_FILE=/run/secrets/mongo-url-api --env REDIS_URL_FILE=/run/secrets/redis-url ',
    );
    for (const network of ['api-mongo', 'api-redis', 'api-rabbitmq'])
      expect(create).toContain(`--network taskfleet_${network} `);
    expect([status, stdout]).toEqual([0, 'its output\n']);
    expect(rest.at(-1)).toBe(` service rm ${name}`);
  });

  it.each(['Failed', 'Rejected', 'Orphaned'])('ends with 1 if the command ends as %s', (state) => {
    expect(once(`Running ${state}`)).toMatchObject({ status: 1, stdout: 'its output\n' });
  });

  it('refuses to start the image without a command', () => {
    const { status, stderr, calls } = runScript('run.sh');
    expect([status, stderr]).toEqual([2, expect.stringContaining('is missing: the command')]);
    expect(calls).toThrow('ENOENT');
  });

  it('gives up a command that does not start, but not one that runs for long', () => {
    const { status, stderr, calls } = once('Pending');
    expect([status, stderr]).toEqual([1, expect.stringContaining('did not start within 5 minutes')]);
    expect(commands(calls()).at(-1)).toMatch(/^ service rm taskfleet-run-/);
    expect(once(`${'Running '.repeat(400)} Complete`).status).toBe(0);
  });
});
