import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { offsetOf } from '../../../tools/local-servers/choose-ports';
import { sleep, waitUntil } from '../../../tools/command/run-command';
import { networkOf } from '../network/network';
import { dir } from '../own-stack';
import { startEngine, type Engine } from './engine';

/** Short, because engines keep sockets there, whose paths have a limit of 107 characters. */
const folderOf = (host: string) => path.join(os.tmpdir(), `taskfleet-${offsetOf(dir)}-${host}`);
export const HOSTS = ['host1', 'host2', 'host3'] as const;
export type Host = (typeof HOSTS)[number];
export const network = networkOf({ name: 'swarm', prefix: '10.213.78', hosts: [...HOSTS] });

export type Hosts = Awaited<ReturnType<typeof startHosts>>;

/** Starts an engine on each host, in its network namespace. */
export async function startHosts() {
  const engines = {} as Record<Host, Engine>;
  const start = async (host: Host) => {
    fs.rmSync(folderOf(host), { recursive: true, force: true });
    const enter = (program: string[]) => network.onHost(host, program);
    engines[host] = await startEngine({ folder: folderOf(host), enter, hostName: host });
  };
  await Promise.all(HOSTS.map(start));
  const all = () => HOSTS.map((host) => engines[host]);

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
    async stop(): Promise<void> {
      await Promise.allSettled(all().map((engine) => engine.stop()));
      for (const host of HOSTS) {
        network.killAll(host);
        await sleep(200);
        fs.rmSync(folderOf(host), { recursive: true, force: true });
      }
    },
  };
}
