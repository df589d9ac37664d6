import fs from 'node:fs';
import path from 'node:path';
import { runCommand, UserError, waitUntil } from '../../../tools/command/run-command';
import { findFree } from '../../../tools/local-servers/ports';
import { newSecret } from '../../../tools/local-servers/secrets';
import { rabbit } from '../../../tools/local-servers/servers/rabbit';
import { dir } from '../own-stack';
import { openGroup } from './server-group';

const folder = path.join(dir, 'rabbit-cluster');
const nodes = [1, 2, 3].map((number) => ({
  name: `rabbit-${number}@localhost`,
  dir: path.join(folder, `${number}`),
}));
const firstPort = 16_700;
const START_MS = 60_000;
/** Settings that docs/rabbitmq.md names: by default the others miss a frozen node only after a minute. */
const settings = `net_ticktime = 10
cluster_partition_handling = pause_minority
cluster_formation.peer_discovery_backend = classic_config
`;

/** What `rabbitmqctl list_queues` says of a quorum queue. */
interface Queue {
  name: string;
  leader: string;
  online: string[];
  messages: number;
}

/** Starts three brokers that form a cluster by themselves, with one port mapper and one cookie. */
export async function startRabbitCluster() {
  const found = rabbit.find();
  if (!found) throw new UserError('RabbitMQ was not found. `npm start` installs it.');
  const group = await openGroup(folder, rabbit.executables);
  const first = await findFree(firstPort, { size: 7 });
  const login = { user: 'taskfleet', password: newSecret() };
  const cookie = newSecret();
  const portOf = (index: number) => first + index;
  const members = nodes.map(
    ({ name }, index) => `cluster_formation.classic_config.nodes.${index + 1} = ${name}\n`,
  );

  const prepared = nodes.map((node, index) => {
    const home = path.join(node.dir, 'home');
    fs.mkdirSync(home, { recursive: true, mode: 0o700 });
    fs.writeFileSync(path.join(home, '.erlang.cookie'), cookie, { mode: 0o400 });
    const ports = { rabbit: portOf(index), rabbitDist: portOf(3 + index), epmd: portOf(6) };
    const processes = rabbit.prepare({ root: folder, dir: node.dir, ports, found, login, origin: '' });
    fs.appendFileSync(path.join(node.dir, 'rabbitmq.conf'), settings + members.join(''));
    return processes;
  });

  const [portMapper] = prepared[0]!;
  function start(index: number): void {
    const { name, dir: cwd } = nodes[index]!;
    const { env, ...program } = prepared[index]![1]!;
    group.run(name, cwd, { ...program, env: { ...env, RABBITMQ_NODENAME: name } });
  }

  /** Runs `rabbitmqctl` for a broker. @returns what it prints */
  async function control(index: number, args: string[]): Promise<string> {
    const { name, dir: cwd } = nodes[index]!;
    const env = { ...process.env, ...portMapper!.env, HOME: path.join(cwd, 'home') };
    const command = path.join(path.dirname(found!.bin), 'rabbitmqctl');
    const call = ['--node', name, '--quiet', ...args];
    const { code, stdout, stderr } = await runCommand(command, call, { cwd, env, timeoutMs: 20_000 });
    if (code !== 0) throw new Error(stderr.trim().split('\n').at(-1));
    return stdout;
  }
  const ask = async <T>(args: string[]) =>
    JSON.parse(await control(anyRunning(), ['--formatter', 'json', ...args])) as T;

  const indexOf = (node: string) => nodes.findIndex(({ name }) => name === node);
  const anyRunning = () => nodes.findIndex(({ name }) => group.isRunning(name));
  const queues = () => ask<Queue[]>(['list_queues', 'name', 'leader', 'online', 'messages']);

  const waitForAll = () =>
    waitUntil(
      async () => {
        const { running_nodes: up } = await ask<{ running_nodes: string[] }>(['cluster_status']);
        return up.length === nodes.length;
      },
      { timeoutMs: START_MS, everyMs: 500, what: `The RabbitMQ cluster is not there (see ${folder})` },
    );

  try {
    group.run('epmd', nodes[0]!.dir, portMapper!);
    nodes.forEach((_, index) => start(index));
    await waitForAll();
  } catch (error) {
    await group.stop();
    throw error;
  }

  return {
    /** AMQP_URL of all brokers. */
    url: nodes.map((_, index) => `amqp://${login.user}:${login.password}@127.0.0.1:${portOf(index)}`).join(),
    queues,
    /** @returns the node to which the consumer of a queue is connected */
    async nodeOfConsumer(queue: string): Promise<string> {
      // Only as text does it name the node of a channel.
      const lines = (await control(anyRunning(), ['list_consumers', 'queue_name', 'channel_pid'])).split(
        '\n',
      );
      const consumer = lines.find((line) => line.startsWith(`${queue}\t`)) ?? '';
      const node = nodes.find(({ name }) => consumer.includes(name));
      if (!node) throw new UserError(`${queue} has no consumer`);
      return node.name;
    },
    signal: group.signal,
    /** Starts a node that was killed; resolves once all queues have all members. */
    async restart(node: string): Promise<void> {
      start(indexOf(node));
      await waitForAll();
      const areWhole = async () => (await queues()).every(({ online }) => online.length === nodes.length);
      await waitUntil(areWhole, { timeoutMs: START_MS, everyMs: 500, what: 'A queue lacks members' });
    },
    stop: group.stop,
  };
}
