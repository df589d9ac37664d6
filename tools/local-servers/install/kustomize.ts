import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { messageOf } from '../../../src/lib/error-code';
import { withLock } from '../../command/lock';
import type { Progress } from '../../command/progress';
import { runCommand, UserError } from '../../command/run-command';
import { findCommand } from '../find-command';

/** Needs Go 1.22; the later ones need a newer Go. */
const VERSION = 'v5.7.1';
const OLDEST_MAJOR = 5;

const folder = () =>
  path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'taskfleet', 'kustomize');
const built = () => path.join(folder(), VERSION, 'kustomize');

/** @returns the command that renders a folder, without the folder: kustomize, or the one in kubectl */
export function findKustomize(): string[] | undefined {
  const isNewEnough = ([command, ...args]: [string, ...string[]]) => {
    const { stdout } = spawnSync(command, [...args, 'version'], { encoding: 'utf8', timeout: 20_000 });
    return Number(/(?:Kustomize Version: |^)v(\d+)\./m.exec(stdout ?? '')?.[1]) >= OLDEST_MAJOR;
  };
  const kustomize = [findCommand('kustomize'), built()].find(
    (command) => command && fs.existsSync(command) && isNewEnough([command]),
  );
  if (kustomize) return [kustomize, 'build'];
  const kubectl = findCommand('kubectl');
  return kubectl && isNewEnough([kubectl]) ? [kubectl, 'kustomize'] : undefined;
}

/** Builds it with Go into the cache of this user. */
async function buildKustomize(): Promise<void> {
  const go = findCommand('go');
  if (!go) throw new UserError('there is no Go to build it with');
  fs.mkdirSync(path.dirname(built()), { recursive: true });
  await withLock(path.join(folder(), '.lock'), { timeoutMs: 25 * 60_000, onWait: () => {} }, async () => {
    if (findKustomize()) return;
    const { code, stderr } = await runCommand(
      go,
      ['install', `sigs.k8s.io/kustomize/kustomize/v5@${VERSION}`],
      { env: { ...process.env, GOBIN: path.dirname(built()), CGO_ENABLED: '0' }, timeoutMs: 20 * 60_000 },
    );
    if (code !== 0) throw new UserError(stderr.trim().slice(-800));
  });
}

/** Gets kustomize for the tests that need it. If it can't, it prints why and goes on: only those tests fail. */
export async function ensureKustomize(progress: Progress): Promise<void> {
  if (findKustomize()) return;
  try {
    const text = `building kustomize ${VERSION}, once on this machine`;
    await progress.step('kustomize', text, buildKustomize, () => 'kustomize built');
  } catch (error) {
    progress.line('kustomize', `no kustomize, so tests that need it will fail: ${messageOf(error)}`);
  }
}
