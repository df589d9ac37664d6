import fs from 'node:fs';
import path from 'node:path';
import { createReplacement } from './replace-each';
import { publish } from '../set-up/build';
import { messageOf } from '../../src/lib/error-code';
import type { Apps } from './apps';
import { tryBuild } from './trial';
import { UserError } from '../../tools/command/run-command';
import type { createStackFile } from '../../tools/local-servers/stack-file';
import type { AppProcess, Tell } from './types';

/** Environment and release that served before. */
interface Before {
  env?: Record<string, string>;
  release?: string;
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
  const good = path.join(dir, 'good', 'dist');

  /** Keeps the build that serves, to go back to. A build that a killed command left half-way is not kept. */
  function keepGood(): Before {
    const { env, release, unproven } = stackFile.read();
    if (unproven && fs.existsSync(good)) return unproven;
    fs.rmSync(path.dirname(good), { recursive: true, force: true });
    publish(dist, good);
    stackFile.update({ unproven: { env, release } });
    return { env, release };
  }

  const present = async () => (await apps.list()).sort((a, b) => a.name.localeCompare(b.name) || a.id - b.id);

  const replacing = ({ say, status = () => {} }: Tell, running: AppProcess[]) =>
    createReplacement({ apps, say, status, url: stackFile.read().url }, running);

  async function goBack({ env = {}, release = '' }: Before, tell: Tell) {
    publish(good, dist);
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
    tell.say(`restoring the previous build: ${reason}`);
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
   *   the build may take until it is ready
   * @throws UserError if the build was refused, or taken back
   */
  async function rollOut({
    build,
    env,
    limitMs = 30_000,
    ...tell
  }: Tell & { build: string; env: Record<string, string>; limitMs?: number }) {
    try {
      await tryBuild(build, env, { limitMs, status: tell.status });
    } catch (error) {
      throw new UserError(`The new build was refused; nothing was changed.\n${messageOf(error)}`);
    }
    tell.say('the new build boots on a spare port');
    const running = await present();
    const before = keepGood();
    if (build !== dist) publish(build, dist);
    const release = apps.releaseOf(env);
    stackFile.update({ env, release });
    try {
      await replacing(tell, running).replaceEach(env, release);
    } catch (error) {
      await takeBack(error, before, tell);
    }
    stackFile.update({ unproven: undefined });
    return release;
  }

  return { rollOut };
}
