import { waitUntil } from '../../../tools/command/run-command';
import { networkOf, type Network } from '../network/network';
import { startEngine, type Engine } from './engine';

export const HOSTS = ['host1', 'host2', 'host3'] as const;
export type Host = (typeof HOSTS)[number];
export const network = networkOf({ name: 'swarm', prefix: '10.213.78', hosts: [...HOSTS] });

export type Hosts = Awaited<ReturnType<typeof startHosts>>;

/** Starts an engine on a host, in its network namespace. */
export const startEngineOn = (on: Network, host: string): Promise<Engine> =>
  startEngine({ folder: on.folderOf(host), enter: (program) => on.onHost(host, program), hostName: host });

/** Starts an engine on each host. */
export async function startHosts() {
  const engines = {} as Record<Host, Engine>;
  const start = async (host: Host) => void (engines[host] = await startEngineOn(network, host));
  const all = () => HOSTS.map((host) => engines[host]);
  /** Their folders are removed with the network. */
  async function stop(): Promise<void> {
    await Promise.allSettled(Object.values(engines).map((engine) => engine.stop()));
    for (const host of HOSTS) network.killAll(host);
  }
  // All of them, because one that is still starting could not be stopped.
  const starts = await Promise.allSettled(HOSTS.map(start));
  const failed = starts.find((one) => one.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }

  return {
    engines,
    all,
    /** Joins the hosts as managers of a Swarm. */
    async join(): Promise<void> {
      const [first, ...others] = HOSTS;
      await engines[first].docker(['swarm', 'init', '--advertise-addr', network.addressOf(first)]);
      const token = await engines[first].docker(['swarm', 'join-token', '--quiet', 'manager']);
      for (const host of others) {
        const own = ['--advertise-addr', network.addressOf(host), `${network.addressOf(first)}:2377`];
        await engines[host].docker(['swarm', 'join', '--token', token, ...own]);
      }
      const areReady = async () => {
        const states = await engines[first].docker([
          'node',
          'ls',
          '--format',
          '{{.Status}} {{.ManagerStatus}}',
        ]);
        return (
          states.split('\n').filter((line) => /^Ready (Leader|Reachable)$/.test(line)).length === HOSTS.length
        );
      };
      await waitUntil(areReady, { timeoutMs: 60_000, everyMs: 500, what: 'The hosts do not form a Swarm' });
    },
    /** Kills the engine of a host and all its containers at once. */
    kill: (host: Host) => network.killAll(host),
    /** Starts the engine of a host that was killed, with its data. */
    restart: (host: Host) => engines[host].start(),
    stop,
  };
}
