import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Step } from '../../command/progress';
import { runCommand, UserError } from '../../command/run-command';
import { findCommand } from '../find-command';

const policyFile = '/usr/sbin/policy-rc.d';
// Debian asks this file whether a package may start its service: 101 means no.
const policy = '#!/bin/sh\n# Made by the set-up of taskfleet, which removes it again.\nexit 101\n';

/** Packages of each server, and the unit that the package enables at boot. */
const debian: Record<string, { packages: string[]; unit?: string }> = {
  redis: { packages: ['redis-server'], unit: 'redis-server' },
  rabbit: { packages: ['rabbitmq-server'], unit: 'rabbitmq-server' },
  nginx: { packages: ['nginx-light'], unit: 'nginx' },
  // BALANCING=response-time needs it; Homebrew has nothing of the kind.
  'nginx-lua': { packages: ['libnginx-mod-http-lua'] },
  // The tests of monitoring/ run it.
  prometheus: { packages: ['prometheus'], unit: 'prometheus' },
};
const homebrew: Record<string, string[]> = {
  redis: ['redis'],
  rabbit: ['rabbitmq'],
  nginx: ['nginx'],
  prometheus: ['prometheus'],
};

/** @returns whether some system's package manager provides it */
export const isInstallable = (name: string): boolean =>
  Boolean(findCommand('apt-get') ? debian[name] : homebrew[name]);

/** Names three ways out for a machine without a package manager that the set-up knows. */
const helpText = (names: string[]) =>
  `These servers are missing and can't be installed here: ${names.join(', ')}.\n` +
  'Either install them yourself and run `npm start` again,\n' +
  'or name servers that run already: REDIS_URL=… AMQP_URL=… MONGO_URL=… npm start,\n' +
  'or use containers, which need none of it: docker compose up';

/** Runs apt as root, by sudo if needed. */
export function createApt({ say, status }: Step) {
  const isRoot = process.getuid?.() === 0;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };

  async function asRoot(command: string[], timeoutMs = 10 * 60_000) {
    const [name = '', ...args] = isRoot ? command : ['sudo', 'DEBIAN_FRONTEND=noninteractive', ...command];
    const onLine = (line: string) => {
      const news = /^(Get:\d+|Unpacking|Setting up|Selecting|Fetched) ?\S*/.exec(line);
      if (news) status(line.replace(/https?:\S+ /, '').slice(0, 55));
    };
    // SIGINT, as Ctrl-C sends it: apt itself knows when it must not be interrupted.
    const options = { env, timeoutMs, onLine, interruptSignal: 'SIGINT' as const };
    return runCommand(name, args, { ...options, stdin: isRoot ? 'ignore' : 'inherit' });
  }

  const apt = (...args: string[]) => asRoot(['apt-get', '-y', '-o', 'DPkg::Lock::Timeout=120', ...args]);

  async function setPolicy(wanted: boolean) {
    const present = fs.existsSync(policyFile) ? fs.readFileSync(policyFile, 'utf8') : undefined;
    // A policy that the set-up did not write stays as it is.
    if (present !== undefined && present !== policy) return;
    if (!wanted) return void (present && (await asRoot(['rm', '-f', policyFile])));
    const temporary = path.join(os.tmpdir(), `taskfleet-policy-${process.pid}`);
    fs.writeFileSync(temporary, policy, { mode: 0o755 });
    await asRoot(['install', '-m', '755', temporary, policyFile]);
    fs.rmSync(temporary);
  }

  /** @param units services that must not start at boot */
  async function install(packages: string[], units: string[] = []) {
    say(`${isRoot ? '' : 'sudo '}apt-get install ${packages.join(' ')}`);
    if (!isRoot && !findCommand('sudo'))
      throw new UserError(`Become root and run: apt-get install ${packages.join(' ')}`);
    // An apt that was interrupted leaves packages half-way, and then refuses everything else.
    await asRoot(['dpkg', '--configure', '-a']);
    await apt('update', '-qq');
    await setPolicy(true);
    try {
      const { code, stdout, stderr } = await apt('install', '--no-install-recommends', ...packages);
      const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-12).join('\n');
      if (code !== 0) throw new UserError(`apt-get install ${packages.join(' ')} failed:\n${said}`);
    } finally {
      await setPolicy(false);
    }
    if (fs.existsSync('/run/systemd/system')) {
      for (const unit of units) await asRoot(['systemctl', 'disable', unit], 30_000);
    }
  }

  /** The first of several packages that this release has. */
  async function pick(candidates: string[]) {
    for (const name of candidates) {
      const { stdout } = await runCommand('apt-cache', ['policy', name], { env, timeoutMs: 30_000 });
      const version = /Candidate: (\d\S*)/.exec(stdout)?.[1];
      if (version) return { name, version };
    }
    return undefined;
  }

  return { install, pick, apt };
}

/** Installs the packages of the named servers. */
export async function installServers(names: string[], step: Step) {
  if (findCommand('apt-get')) {
    const wanted = names.flatMap((name) => debian[name] ?? []);
    const units = wanted.flatMap(({ unit }) => unit ?? []);
    return createApt(step).install(
      wanted.flatMap(({ packages }) => packages),
      units,
    );
  }
  const brew = findCommand('brew');
  if (!brew) throw new UserError(helpText(names));
  const packages = names.flatMap((name) => homebrew[name] ?? []);
  step.say(`brew install ${packages.join(' ')}`);
  const { code, stderr } = await runCommand(brew, ['install', ...packages], { timeoutMs: 30 * 60_000 });
  if (code !== 0) throw new UserError(`brew install ${packages.join(' ')} failed:\n${stderr.slice(-800)}`);
}
