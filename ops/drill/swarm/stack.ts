import path from 'node:path';
import { runCommand, UserError, waitUntil } from '../../../tools/command/run-command';
import { root } from '../../../tools/command/root';
import type { Engine } from '../engine/engine';
import { network, type Host } from '../engine/hosts';
import type { Account } from '../load';

const scripts = path.join(root, 'deploy', 'swarm');
const NAME = 'taskfleet';
/** NGINX on a host, as the stack file publishes it. */
export const urlOf = (host: Host): string => `http://${network.addressOf(host)}:3000`;
export const imageOf = (build: string): string => `taskfleet:${build}`;
const CONVERGE_MS = 300_000;
const PROBE_MS = 5_000;
/** Longer than deploy.sh waits for a member. */
const SCRIPT_MS = 900_000;

const ADMIN = 'admin@example.com';

export type Stack = ReturnType<typeof stackOn>;

/** The stack of deploy/swarm, by its own scripts. @param manager of the Swarm @param compose how to call Compose */
export function stackOn(manager: () => Engine, compose: string[]) {
  const script = async (name: string, args: string[] = [], more: NodeJS.ProcessEnv = {}) => {
    const env = { ...manager().env, COMPOSE: compose.join(' '), ...more };
    const { code, stdout, stderr } = await runCommand(path.join(scripts, name), args, {
      env,
      timeoutMs: SCRIPT_MS,
    });
    if (code !== 0) throw new UserError(`deploy/swarm/${name} failed:\n${stderr || stdout}`);
  };
  const docker = (args: string[], timeoutMs = 60_000) => manager().docker(args, { timeoutMs });
  const service = (name: string) => `${NAME}_${name}`;

  /** @param names of services; all by default */
  async function areRunning(names?: string[]): Promise<boolean> {
    const lines = (await docker(['service', 'ls', '--format', '{{.Name}} {{.Replicas}}'])).split('\n');
    const meant = lines.filter(
      (line) => !names || names.some((name) => line.startsWith(`${service(name)} `)),
    );
    const isWhole = (line: string) => {
      const [, running, wanted] = / (\d+)\/(\d+)/.exec(line) ?? [];
      return running !== undefined && running === wanted;
    };
    return meant.length >= (names?.length ?? 1) && meant.every(isWhole);
  }
  const updateState = (name: string) =>
    docker([
      'service',
      'inspect',
      '--format',
      '{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}',
      service(name),
    ]);

  return {
    docker,
    makeSecrets: () => script('secrets.sh'),
    deploy: (build: string, files: string[] = []) =>
      script(
        'deploy.sh',
        files.flatMap((file) => ['-f', file]),
        {
          TASKFLEET_IMAGE: imageOf(build),
          // The clients of the drill are one address.
          LIMIT_EXEMPT: `${network.prefix}.0/24`,
          NGINX_LIMIT_EXEMPT: `${network.prefix}.0/24 1;`,
          JOB_WORKERS: '2',
          // Distinguishes what a worker refuses from what NGINX answers.
          EXPOSE_WORKER: 'true',
        },
      ),
    waitUntilRunning: (names?: string[], timeoutMs = CONVERGE_MS) =>
      waitUntil(() => areRunning(names), { timeoutMs, everyMs: 500, what: 'Not every replica runs' }),
    /** Waits until no container of the stack runs on a host that was drained. */
    waitUntilEmpty: (host: string) =>
      waitUntil(
        async () => !/^Running/m.test(await docker(['node', 'ps', '--format', '{{.CurrentState}}', host])),
        { timeoutMs: CONVERGE_MS, everyMs: 500, what: `Containers run on ${host} still` },
      ),
    async waitUntilServing(hosts: readonly Host[]): Promise<void> {
      const isServing = async (host: Host) =>
        (await fetch(`${urlOf(host)}/health/ready`, { signal: AbortSignal.timeout(PROBE_MS) })).ok;
      for (const host of hosts)
        await waitUntil(() => isServing(host), { timeoutMs: CONVERGE_MS, what: `${host} does not serve` });
    },
    /** Replaces all API workers, and returns the state of the update once it has ended. */
    async update(build: string): Promise<string> {
      await docker(['service', 'update', '--detach', '--force', '--image', imageOf(build), service('api')]);
      return waitUntil(
        async () => {
          const state = await updateState('api');
          return ['completed', 'paused', 'rollback_completed', 'rollback_paused'].includes(state) && state;
        },
        { timeoutMs: CONVERGE_MS, everyMs: 500, what: 'The update does not end' },
      );
    },
    async scale(replicas: number): Promise<void> {
      await docker(['service', 'scale', '--detach', `${service('api')}=${replicas}`]);
      await waitUntil(() => areRunning(['api']), {
        timeoutMs: CONVERGE_MS,
        everyMs: 500,
        what: `${replicas} API workers do not run`,
      });
    },
    /** Gives each API worker so many cores. */
    limit: async (cpus: string): Promise<void> => {
      await docker(['service', 'update', '--detach', '--limit-cpu', cpus, service('api')]);
      await waitUntil(async () => (await updateState('api')) === 'completed', {
        timeoutMs: CONVERGE_MS,
        everyMs: 500,
        what: 'The update to another quota does not end',
      });
    },
    imageInForce: () =>
      docker([
        'service',
        'inspect',
        '--format',
        '{{.Spec.TaskTemplate.ContainerSpec.Image}}',
        service('api'),
      ]),
    availability: (host: string, availability: 'active' | 'drain') =>
      docker(['node', 'update', '--availability', availability, host]),
    /** Makes the first Admin, in a container of the API on one of the hosts. */
    async account(engines: Engine[]): Promise<Omit<Account, 'url'>> {
      for (const engine of engines) {
        const [id] = (await engine.docker(['ps', '--quiet', '--filter', `name=${service('api')}.`])).split(
          '\n',
        );
        if (!id) continue;
        const who = ['--email', ADMIN, '--username', 'admin', '--name', 'Admin'];
        const said = await engine.docker(['exec', id, 'node', 'dist/cli/admin.js', ...who]);
        return { email: ADMIN, password: said.split('\n').at(-1) ?? '' };
      }
      throw new UserError('No host has a container of the API.');
    },
    /** Makes the host of redis-2 and rabbitmq-2 that of Redis' primary and of the leaders of RabbitMQ's queues. */
    async gather(engine: Engine): Promise<void> {
      const inside = async (name: string, program: string[]) => {
        const id = await engine.docker(['ps', '--quiet', '--filter', `name=${service(name)}.`]);
        return engine.docker(['exec', id.split('\n')[0] ?? '', ...program], { timeoutMs: 60_000 });
      };
      const primary = () =>
        inside('sentinel-2', ['redis-cli', '-p', '26379', 'sentinel', 'get-master-addr-by-name', 'main']);
      if (!(await primary()).includes('redis-2'))
        await inside('sentinel-2', ['redis-cli', '-p', '26379', 'sentinel', 'failover', 'main']);
      await waitUntil(async () => (await primary()).includes('redis-2'), {
        timeoutMs: 30_000,
        what: 'redis-2 does not become the primary',
      });
      const lead =
        '[rabbit_quorum_queue:transfer_leadership(Q, node()) || Q <- rabbit_amqqueue:list(), amqqueue:is_quorum(Q)].';
      const leaders = '[amqqueue:get_pid(Q) || Q <- rabbit_amqqueue:list(), amqqueue:is_quorum(Q)].';
      await waitUntil(
        async () => {
          await inside('rabbitmq-2', ['rabbitmqctl', 'eval', lead]);
          const nodes = (await inside('rabbitmq-2', ['rabbitmqctl', 'eval', leaders])).match(
            /rabbit@[\w-]+/g,
          );
          return nodes?.every((node) => node === 'rabbit@rabbitmq-2') ?? false;
        },
        { timeoutMs: 60_000, everyMs: 1_000, what: 'rabbitmq-2 does not become the leader of all queues' },
      );
    },
    label: (host: string, value: string) => docker(['node', 'update', '--label-add', value, host]),
  };
}
