import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { endChild } from '../../../tools/command/child-end';
import { findCommand } from '../../../tools/local-servers/find-command';
import { runCommand, UserError, waitUntil } from '../../../tools/command/run-command';

const START_MS = 60_000;
const STOP_MS = 60_000;
/** Control group of all containers of drills. */
const GROUP = '/taskfleet-drill';
/** Files of versions 1 and 2, each with the weight of many processes: by default all containers together weigh as one. */
const weights = {
  '/sys/fs/cgroup/cpu/taskfleet-drill/cpu.shares': '16384',
  '/sys/fs/cgroup/taskfleet-drill/cpu.weight': '1000',
};

export type Engine = Awaited<ReturnType<typeof startEngine>>;

/** @throws UserError if a program that the drills with containers need is missing */
export function requireEngine(): void {
  const packages = { dockerd: 'docker.io', docker: 'docker.io', debootstrap: 'debootstrap' };
  const missing = Object.entries(packages).filter(([name]) => !findCommand(name));
  if (process.getuid?.() !== 0 || missing.length > 0)
    throw new UserError(
      `This drill starts a Docker Engine of its own. Run it as root on Debian, with the packages docker.io ` +
        `and debootstrap${missing.length > 0 ? ` (missing: ${missing.map(([name]) => name).join(', ')})` : ''}.`,
    );
}

function weighContainers(): void {
  for (const [file, weight] of Object.entries(weights)) {
    if (!fs.existsSync(path.dirname(path.dirname(file)))) continue;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    if (fs.existsSync(file)) fs.writeFileSync(file, weight);
  }
}

/**
 * Starts a Docker Engine beside any other one.
 *
 * @param folder of its data, its socket and its log
 * @param enter arguments of nsenter before a program, if the engine has a network namespace of its own; otherwise it
 *   makes no bridge and no rule of a firewall, and its containers and builds have the network of the machine
 * @param hostName name of the node in a Swarm
 */
export async function startEngine({
  folder,
  enter,
  hostName,
}: {
  folder: string;
  enter?: (program: string[]) => string[];
  hostName?: string;
}) {
  const at = (name: string) => path.join(folder, name);
  fs.mkdirSync(at('run'), { recursive: true, mode: 0o700 });
  const url = `unix://${at('sock')}`;
  const args = ['--data-root', at('data'), '--exec-root', at('exec'), '--pidfile', at('pid'), '-H', url];
  args.push('--cgroup-parent', GROUP, '--storage-driver', 'overlay2', '--log-level', 'warn');
  // An engine that has no DNS server at hand answers at once that it knows no single name.
  args.push('--dns-opt', 'ndots:1');
  const env = { ...process.env, DOCKER_HOST: url, DOCKER_CONFIG: at('client') };
  let server: ChildProcess | undefined;

  /** @throws UserError with what the client printed, if it fails */
  async function docker(
    call: string[],
    { timeoutMs = 60_000, onLine }: { timeoutMs?: number; onLine?: (line: string) => void } = {},
  ): Promise<string> {
    // The classic builder is part of every engine; Debian's has no other.
    const clientEnv = { ...env, DOCKER_BUILDKIT: '0' };
    const { code, stdout, stderr } = await runCommand('docker', call, { env: clientEnv, timeoutMs, onLine });
    if (code === 0) return stdout.trim();
    throw new UserError(`docker ${call.slice(0, 3).join(' ')} failed:\n${stderr.trim() || stdout.trim()}`);
  }

  async function start(): Promise<void> {
    // An engine that was killed leaves the file, and its number may be that of another process by now.
    fs.rmSync(at('pid'), { force: true });
    const log = fs.openSync(at('log'), 'a', 0o600);
    const lone = enter
      ? []
      : ['--bridge', 'none', '--iptables=false', '--ip-forward=false', '--ip-masq=false'];
    const program = ['dockerd', ...args, ...lone];
    // Networks of containers are mounted below /var/run/docker, which engines of one machine must not share.
    const own = ['sh', '-c', 'mount --bind "$0" /var/run && hostname "$1" && shift && exec "$@"', at('run')];
    const call = enter
      ? ['nsenter', ...enter(['unshare', '--mount', '--uts', ...own, hostName ?? 'host', ...program])]
      : program;
    server = spawn(call[0]!, call.slice(1), { stdio: ['ignore', log, log], detached: true });
    fs.closeSync(log);
    const what = `The Docker Engine does not start (its log: ${at('log')})`;
    try {
      await waitUntil(() => docker(['version']), { timeoutMs: START_MS, everyMs: 300, what });
    } catch (error) {
      // The caller gets no handle with which it could end the engine.
      await stop();
      throw error;
    }
  }

  async function stop(): Promise<void> {
    if (server) await endChild(server, STOP_MS);
  }

  weighContainers();
  await start();
  return {
    url,
    env,
    docker,
    /** Starts it again, after all its processes were killed. */
    start,
    /** Ends it and its containers, also after Ctrl-C. */
    stop,
  };
}
