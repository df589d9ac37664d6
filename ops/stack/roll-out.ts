import path from 'node:path';
import { createReplacement } from './replace-each';
import { hold, isHeld, publish } from '../set-up/build';
import { buildOf } from '../../src/process/version';
import { createReleases } from './releases';
import { messageOf } from '../../src/lib/error-code';
import type { Apps } from './apps';
import { requireEcosystem } from './ecosystem';
import { tryBuild } from './trial';
import { UserError } from '../../tools/command/run-command';
import type { createStackFile } from '../../tools/local-servers/stack-file';
import type { AppProcess, Tell } from './types';

/** What served before. */
interface Before {
  env?: Record<string, string>;
  release?: string;
  /** Id of the kept build. */
  build: string;
  /** True if a rollback had left the sources for it. */
  isHeld?: boolean;
}

/**
 * Replaces the running processes by another build or configuration, worker by worker, and never a worker that serves by
 * one that doesn't boot.
 */
export function createRollOut({
  root,
  dir,
  apps,
  stackFile,
}: {
  root: string;
  dir: string;
  apps: Apps;
  stackFile: ReturnType<typeof createStackFile>;
}) {
  const dist = path.join(root, 'dist');
  const releases = createReleases({ root, dir });

  /** Keeps the build that serves, to go back to. A build that a killed command left half-way is not kept. */
  function keepBefore(): Before {
    const { env, release, unproven } = stackFile.read();
    const known = unproven?.build;
    if (known && releases.has(known)) return { ...unproven, build: known };
    const serving = buildOf(release);
    const build = releases.has(serving) ? serving : releases.keep(dist);
    const before = { env, release, build, isHeld: isHeld(root) };
    stackFile.update({ unproven: before });
    return before;
  }

  /** Keeps what serves now. It serves all the same if the disk has no room for that. */
  function keepServing({ say }: Pick<Tell, 'say'>) {
    try {
      const build = releases.keep(dist);
      releases.prune([build]);
    } catch (error) {
      say(`this build could not be kept for a rollback: ${messageOf(error)}`);
    }
    stackFile.update({ unproven: undefined });
  }

  const present = async () => (await apps.list()).sort((a, b) => a.name.localeCompare(b.name) || a.id - b.id);

  const replacing = ({ say, status = () => {} }: Tell, running: AppProcess[]) =>
    createReplacement({ apps, say, status, url: stackFile.read().url }, running);

  async function goBack({ env = {}, release = '', build, isHeld: wasHeld }: Before, tell: Tell) {
    publish(releases.folderOf(build), dist);
    // Otherwise the next start would release the sources that the rollback had left.
    if (wasHeld) hold(root);
    stackFile.update({ env, release });
    // Workers that were not replaced yet go on serving.
    const isWanted = (process_: AppProcess) => process_.release !== release || process_.status !== 'online';
    await replacing(tell, await present()).replaceEach(env, release, { isWanted, insists: true });
    await apps.waitReady();
    stackFile.update({ unproven: undefined });
  }

  /** @param error why the new build was taken back @throws UserError */
  async function takeBack(error: unknown, before: Before, tell: Tell) {
    const reason = messageOf(error);
    tell.say(`${reason}, so the previous build (release ${before.release}) is restored`);
    try {
      await goBack(before, tell);
    } catch (problem) {
      throw new UserError(
        `The new build was taken back: ${reason}\n` +
          `The previous build (release ${before.release}) is in dist again, but it did not become ready either: ` +
          `${messageOf(problem)}\nnpx taskfleet doctor shows what is wrong. Then run: npm start`,
      );
    }
    throw new UserError(
      `The new build was taken back: ${reason}\n` +
        `The previous build (release ${before.release}) serves again on all workers.`,
    );
  }

  /**
   * @param options build: a folder with a build, which may be dist itself; limitMs: milliseconds that each process of
   *   the build may take until it is ready; isRollback: true if the build is older than the sources
   * @throws UserError if the build was refused, or taken back
   */
  async function rollOut({
    build,
    env,
    limitMs = 30_000,
    isRollback = false,
    ...tell
  }: Tell & { build: string; env: Record<string, string>; limitMs?: number; isRollback?: boolean }) {
    try {
      await tryBuild(build, env, { limitMs, status: tell.status });
      await requireEcosystem(build, { root, dir });
    } catch (error) {
      throw new UserError(`The new build was refused; nothing was changed.\n${messageOf(error)}`);
    }
    tell.say('the new build boots on a spare port');
    const running = await present();
    const before = keepBefore();
    if (build !== dist) publish(build, dist);
    if (isRollback) hold(root);
    const release = apps.releaseOf(env);
    stackFile.update({ env, release });
    try {
      await replacing(tell, running).replaceEach(env, release);
    } catch (error) {
      await takeBack(error, before, tell);
    }
    keepServing(tell);
    if (isRollback) releases.markRolledBack(before.build);
    return release;
  }

  return { rollOut, keepServing };
}
