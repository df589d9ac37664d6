import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { isAlive } from '../../../src/lib/is-alive';
import { offsetOf } from '../../../tools/local-servers/choose-ports';
import { sleep, UserError } from '../../../tools/command/run-command';
import { dir } from '../own-stack';

/** NGINX and the servers; the bridge is in this namespace, so the machine's own network stays as it is. */
export const EDGE = 'edge';
export const HOSTS = ['one', 'two'];

/** Drills of two clones may run at once. */
const spaceOf = (name: string) => `taskfleet-${offsetOf(dir)}-${name}`;
export const addressOf = (name: string): string => `10.213.77.${10 + HOSTS.indexOf(name) + 1}`;

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

/** Makes a namespace for each host, and joins them by a bridge. */
export function makeNetwork(): void {
  const edge = spaceOf(EDGE);
  ip('netns', 'add', edge);
  ip('-n', edge, 'link', 'set', 'lo', 'up');
  ip('-n', edge, 'link', 'add', 'bridge', 'type', 'bridge');
  ip('-n', edge, 'addr', 'add', `${addressOf(EDGE)}/24`, 'dev', 'bridge');
  ip('-n', edge, 'link', 'set', 'bridge', 'up');
  for (const name of HOSTS) {
    const space = spaceOf(name);
    ip('netns', 'add', space);
    ip('-n', edge, 'link', 'add', `to-${name}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space);
    ip('-n', edge, 'link', 'set', `to-${name}`, 'master', 'bridge', 'up');
    ip('-n', space, 'addr', 'add', `${addressOf(name)}/24`, 'dev', 'eth0');
    for (const device of ['lo', 'eth0']) ip('-n', space, 'link', 'set', device, 'up');
  }
}

/** Arguments of `nsenter` that run a program on a host. `ip netns exec` would mount /sys anew. */
export const onHost = (name: string, program: string[]): string[] => [
  `--net=${path.join('/run/netns', spaceOf(name))}`,
  ...program,
];

/** Cuts a host off without a word to the others: no connection is reset. */
export const cutLink = (name: string): string => ip('-n', spaceOf(EDGE), 'link', 'set', `to-${name}`, 'down');
export const healLink = (name: string): string => ip('-n', spaceOf(EDGE), 'link', 'set', `to-${name}`, 'up');

const exists = (name: string) => fs.existsSync(path.join('/run/netns', spaceOf(name)));

/** Kills all processes of a host at once. @returns their number */
export function killAll(name: string): number {
  const pids = ip('netns', 'pids', spaceOf(name)).split('\n').filter(Boolean).map(Number);
  for (const pid of pids) if (pid !== process.pid && isAlive(pid)) process.kill(pid, 'SIGKILL');
  return pids.length;
}

/** Removes the namespaces with everything in them, also those of a drill that was killed. */
export async function removeNetwork(): Promise<void> {
  for (const name of [...HOSTS, EDGE].filter(exists)) {
    // A supervisor may start another process while the first ones are killed.
    for (let round = 0; round < 20 && killAll(name) > 0; round += 1) await sleep(100);
    ip('netns', 'del', spaceOf(name));
  }
}
