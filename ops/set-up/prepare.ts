import fs from 'node:fs';
import path from 'node:path';
import { build, isBuilt } from './build';
import { ensureBrowser } from '../../tools/local-servers/install/browser';
import { createProgress } from '../../tools/command/progress';
import { findCommand } from '../../tools/local-servers/servers/find-command';
import { findMissing } from '../../tools/local-servers/private-servers';
import { obtainMongo } from '../../tools/local-servers/install/mongodb';
import { hasLua } from '../../tools/local-servers/servers/nginx-lua';
import { installServers, isInstallable } from '../../tools/local-servers/install/system-packages';
import { interruption } from '../../tools/command/run-command';
import { urlsFromEnvironment } from '../../tools/local-servers/server-urls';
import { withLock } from '../../tools/command/lock';

export const root = path.resolve(__dirname, '..', '..');

// An installation that was interrupted may have left half a server, which looks like a whole one.
const pendingFile = path.join(root, '.local', 'installing.json');

function missingServers(urls: Record<string, string | undefined>, need: string[]) {
  const missing = findMissing(['redis', 'rabbit', 'nginx'], urls);
  // If it is not to be had, the stack or the tests say so once they need it.
  const wants = (name: string, isThere: { (): boolean; (): boolean; (): any }) =>
    need.includes(name) && isInstallable(name) && !isThere();
  if (wants('nginx-lua', hasLua)) missing.push('nginx-lua');
  if (wants('prometheus', () => findCommand('promtool') !== undefined)) missing.push('prometheus');
  const pending = fs.existsSync(pendingFile) ? JSON.parse(fs.readFileSync(pendingFile, 'utf8')) : [];
  return [...new Set([...missing, ...pending])];
}

async function install(servers: string[], step: any) {
  fs.writeFileSync(pendingFile, JSON.stringify(servers));
  await installServers(servers, step);
  fs.rmSync(pendingFile);
}

/**
 * Makes ready what a command needs: installs, fetches and builds what is missing, side by side, and does
 * nothing that is done already.
 */
export async function prepare({
  need,
  progress = createProgress(),
}: {
  need: ('system' | 'nginx-lua' | 'prometheus' | 'browser' | 'mongo' | 'build')[];
  progress?: ReturnType<typeof createProgress>;
}) {
  const onWait = (owner: any) =>
    progress.line('set-up', `another set-up (${owner}) is running here: waiting`);
  const lock = path.join(root, '.local', 'set-up.lock');
  await withLock(lock, { timeoutMs: 50 * 60_000, onWait }, () => prepareAlone(need, progress));
}

async function prepareAlone(need: string[], progress: { step: any; line?: (name: any, text: any) => void }) {
  const urls = urlsFromEnvironment();
  const servers = need.includes('system') ? missingServers(urls, need) : [];

  const serversStep = async () => {
    if (servers.length === 0) return;
    const text = `missing here, to be installed: ${servers.join(', ')}`;
    await progress.step(
      'system',
      text,
      (step: any) => install(servers, step),
      () => 'servers installed',
    );
  };
  // After each other: only one apt at a time.
  const systemStep = async () => {
    await serversStep();
    if (!need.includes('browser')) return;
    await ensureBrowser(root, progress);
  };
  const systemPackages = systemStep();
  const mongoStep = async () => {
    if (!need.includes('mongo') || findMissing(['mongo'], urls).length === 0) return;
    const work = (step: any) => obtainMongo({ root, systemPackages, step });
    await progress.step('mongodb', 'no server on this machine yet', work, () => 'server ready');
  };
  const buildStep = async () => {
    if (!need.includes('build') || isBuilt(root)) return;
    await progress.step(
      'build',
      'compiling the sources',
      () => build(root),
      () => 'compiled',
    );
  };

  const steps = [systemPackages, mongoStep(), buildStep()];
  let first;
  const onFailure = (error: any) => {
    // The others fail of this only because they are ended: they go on next time.
    first ??= error;
    interruption.abort();
  };
  steps.forEach((step) => step.catch(onFailure));
  await Promise.allSettled(steps);
  if (first) throw first;
}
