import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { createProgress, type Progress, type Step } from '../../tools/command/progress';
import { interruption } from '../../tools/command/run-command';
import { withLock } from '../../tools/command/lock';
import { root } from '../../tools/command/root';
import { ensureBrowser } from '../../tools/local-servers/install/browser';
import { ensureKustomize } from '../../tools/local-servers/install/kustomize';
import { obtainMongo } from '../../tools/local-servers/install/mongodb';
import { installServers, isInstallable } from '../../tools/local-servers/install/system-packages';
import { findMissing } from '../../tools/local-servers/private-servers';
import { urlsFromEnvironment } from '../../tools/local-servers/server-urls';
import { findCommand } from '../../tools/local-servers/find-command';
import { hasLua } from '../../tools/local-servers/servers/nginx-lua';
import { dataDirOf } from '../../src/config/config-file';
import { build, isBuilt } from './build';

export { root };

/** Names the servers that are being installed: an interrupted installation may leave half a server. */
const pendingFile = path.join(dataDirOf(root, process.env), 'installing.json');

type Need = 'system' | 'nginx-lua' | 'prometheus' | 'browser' | 'kustomize' | 'mongo' | 'build';

function missingServers(need: Need[]): string[] {
  // If a server cannot be installed, the stack or the tests report it once they need it.
  const wants = (name: Need, isThere: () => boolean) =>
    need.includes(name) && isInstallable(name) && !isThere() ? [name] : [];
  const pending: unknown = fs.existsSync(pendingFile) ? JSON.parse(fs.readFileSync(pendingFile, 'utf8')) : [];
  const missing = [
    ...findMissing(['redis', 'rabbit', 'nginx'], urlsFromEnvironment()),
    ...wants('nginx-lua', hasLua),
    ...wants('prometheus', () => findCommand('promtool') !== undefined),
    ...z.array(z.string()).parse(pending),
  ];
  return [...new Set(missing)];
}

async function install(servers: string[], step: Step): Promise<void> {
  fs.writeFileSync(pendingFile, JSON.stringify(servers));
  await installServers(servers, step);
  fs.rmSync(pendingFile);
}

/** Installs, downloads and builds what a command needs and what is missing, side by side. */
export async function prepare({ need, progress = createProgress() }: { need: Need[]; progress?: Progress }) {
  const onWait = (owner: string) =>
    progress.line('set-up', `another set-up (${owner}) is running here: waiting`);
  const lock = path.join(dataDirOf(root, process.env), 'set-up.lock');
  await withLock(lock, { timeoutMs: 50 * 60_000, onWait }, () => prepareAlone(need, progress));
}

async function prepareAlone(need: Need[], progress: Progress): Promise<void> {
  const servers = need.includes('system') ? missingServers(need) : [];
  const installSystem = async () => {
    if (servers.length > 0) {
      const text = `installing missing servers: ${servers.join(', ')}`;
      const work = (step: Step) => install(servers, step);
      await progress.step('system', text, work, () => 'servers installed');
    }
    // Only one apt can run at a time.
    if (need.includes('browser')) await ensureBrowser(root, progress);
  };
  const systemPackages = installSystem();
  const installMongo = async () => {
    if (!need.includes('mongo') || findMissing(['mongo'], urlsFromEnvironment()).length === 0) return;
    const work = (step: Step) => obtainMongo({ root, systemPackages, step });
    await progress.step('mongodb', 'no server on this machine yet', work, () => 'server ready');
  };
  const compile = async () => {
    if (!need.includes('build') || isBuilt(root)) return;
    const work = () => build(root);
    await progress.step('build', 'compiling the sources', work, () => 'compiled');
  };
  const kustomize = async () => {
    if (need.includes('kustomize')) await ensureKustomize(progress);
  };
  const steps = [systemPackages, installMongo(), kustomize(), compile()];
  const all = Promise.all(steps);
  // After the first failure the other steps are interrupted; the next run continues them.
  all.catch(() => interruption.abort());
  await Promise.allSettled(steps);
  await all;
}
