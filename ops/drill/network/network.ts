import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isAlive } from '../../../src/lib/is-alive';
import { sleep, UserError } from '../../../tools/command/run-command';
import { offsetOf } from '../../../tools/local-servers/choose-ports';
import { dir } from '../own-stack';

/** Name of the namespace with the bridge and the clients, so that the machine's own network stays as it is. */
export const EDGE = 'edge';

const run = (command: string, args: string[]) =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 10_000 });
const ip = (...args: string[]) => run('ip', args);

/** @throws UserError if this process may not make namespaces */
export function requireNetwork(): void {
  const cure = 'Run it as root on Linux, with the packages iproute2 and util-linux.';
  if (process.getuid?.() !== 0) throw new UserError(`This drill makes network namespaces. ${cure}`);
  try {
    ip('netns', 'list');
    run('nsenter', ['--version']);
  } catch {
    throw new UserError(`ip or nsenter is missing, with which this drill makes network namespaces. ${cure}`);
  }
}

/** @returns the processes whose parents, near or far, are among `pids` */
function descendantsOf(pids: number[]): number[] {
  const children = new Map<number, number[]>();
  for (const pid of fs.readdirSync('/proc').map(Number).filter(Boolean)) {
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), pid]);
    } catch {
      // It ended meanwhile.
    }
  }
  const found: number[] = [];
  for (let level = pids; level.length > 0; level = level.flatMap((pid) => children.get(pid) ?? []))
    found.push(...level);
  return found.slice(pids.length);
}

export type Network = ReturnType<typeof networkOf>;

/**
 * A network of hosts: a namespace each, joined by a bridge in one more (EDGE), whose address ends with 10.
 *
 * @param name of the drill: two drills may run at once, also those of two clones
 * @param prefix of all addresses, such as `10.213.77`
 * @param hosts whose addresses end with 11, 12 …
 */
export function networkOf({ name, prefix, hosts }: { name: string; prefix: string; hosts: string[] }) {
  const folderOf = (host: string) => path.join(os.tmpdir(), `taskfleet-${offsetOf(dir)}-${name}-${host}`);
  const spaceOf = (host: string) => `taskfleet-${name}-${offsetOf(dir)}-${host}`;
  const addressOf = (host: string) => `${prefix}.${10 + hosts.indexOf(host) + 1}`;
  const exists = (host: string) => fs.existsSync(path.join('/run/netns', spaceOf(host)));
  const pidsOf = (host: string) => ip('netns', 'pids', spaceOf(host)).split('\n').filter(Boolean).map(Number);

  /**
   * Kills all processes of a host at once. Those of its containers have namespaces of their own.
   *
   * @returns their number
   */
  function killAll(host: string): number {
    const pids = pidsOf(host);
    for (const pid of [...pids, ...descendantsOf(pids)])
      if (pid !== process.pid && isAlive(pid)) process.kill(pid, 'SIGKILL');
    return pids.length;
  }

  return {
    prefix,
    addressOf,
    /** Folder for the engine of a host. Short, because engines keep sockets there, whose paths have a limit of 107 characters. */
    folderOf,
    killAll,

    make(): void {
      const edge = spaceOf(EDGE);
      ip('netns', 'add', edge);
      ip('-n', edge, 'link', 'set', 'lo', 'up');
      ip('-n', edge, 'link', 'add', 'bridge', 'type', 'bridge');
      ip('-n', edge, 'addr', 'add', `${addressOf(EDGE)}/24`, 'dev', 'bridge');
      ip('-n', edge, 'link', 'set', 'bridge', 'up');
      for (const host of hosts) {
        const space = spaceOf(host);
        ip('netns', 'add', space);
        ip('-n', edge, 'link', 'add', `to-${host}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space);
        ip('-n', edge, 'link', 'set', `to-${host}`, 'master', 'bridge', 'up');
        ip('-n', space, 'addr', 'add', `${addressOf(host)}/24`, 'dev', 'eth0');
        for (const device of ['lo', 'eth0']) ip('-n', space, 'link', 'set', device, 'up');
      }
    },

    /** Arguments of `nsenter` that run a program on a host. `ip netns exec` would mount /sys anew. */
    onHost: (host: string, program: string[]): string[] => [
      `--net=${path.join('/run/netns', spaceOf(host))}`,
      ...program,
    ],

    /** Cuts a host off without a word to the others: no connection is reset. */
    cut: (host: string): string => ip('-n', spaceOf(EDGE), 'link', 'set', `to-${host}`, 'down'),
    heal: (host: string): string => ip('-n', spaceOf(EDGE), 'link', 'set', `to-${host}`, 'up'),

    /** Removes the namespaces with everything in them, and the folders of the hosts, also those of a drill that was killed. */
    async remove(): Promise<void> {
      for (const host of [...hosts, EDGE].filter(exists)) {
        // A supervisor may start another process while the first ones are killed.
        for (let round = 0; round < 20 && killAll(host) > 0; round += 1) await sleep(100);
        ip('netns', 'del', spaceOf(host));
      }
      for (const host of hosts) fs.rmSync(folderOf(host), { recursive: true, force: true });
    },
  };
}
