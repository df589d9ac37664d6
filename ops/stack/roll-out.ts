// @ts-nocheck
import fs from 'node:fs';
import path from 'node:path';
import { createReplacement } from './replace-each';
import { publish } from '../set-up/build';
import { tryBuild } from './trial';
import { UserError } from '../../tools/command/run-command';

/**
 * Replaces what runs by another build or configuration, worker by worker, and never one that serves by one that
 * doesn't boot.
 */
export function createRollOut({
  root,
  dir,
  apps,
  stackFile,
}: {
  root: string;
  dir: string;
  apps: ReturnType<import('./apps').createApps>;
  stackFile: ReturnType<import('../../tools/local-servers/stack-file').createStackFile>;
}) {
  const dist = path.join(root, 'dist');
  const good = path.join(dir, 'good', 'dist');

  /** What serves now, to go back to; not one that a command which was killed has left half-way. */
  function keepGood() {
    const { env, release, unproven } = stackFile.read();
    if (unproven && fs.existsSync(good)) return unproven;
    fs.rmSync(path.dirname(good), { recursive: true, force: true });
    publish(dist, good);
    stackFile.update({ unproven: { env, release } });
    return { env, release };
  }

  const present = async () =>
    (await apps.list()).sort(
      (a: { name: string; id: number }, b: { name: any; id: number }) =>
        a.name.localeCompare(b.name) || a.id - b.id,
    );

  async function goBack(
    { env, release }: any,
    tell: {
      apps: ReturnType<import('./apps').createApps>;
      say: (text: string) => void;
      status: (text: string) => void;
      url?: string;
    },
  ) {
    publish(good, dist);
    stackFile.update({ env, release });
    // Those that were not replaced yet serve on.
    const isWanted = (process_: { release: any; status: string }) =>
      process_.release !== release || process_.status !== 'online';
    await createReplacement(tell, await present()).replaceEach(env, release, { isWanted, insists: true });
    await apps.waitReady();
    stackFile.update({ unproven: undefined });
  }

  /** @param error why the new build was taken back @throws UserError */
  async function takeBack(
    error: Error,
    before: { release: any; env?: any },
    tell: { apps?: any; say: any; status?: (text: string) => void; url?: any },
  ) {
    tell.say(`going back to the build before: ${error.message}`);
    try {
      await goBack(before, tell);
    } catch (problem) {
      throw new UserError(
        `The new build was taken back: ${error.message}\n` +
          `The build before (release ${before.release}) is in dist again, but it didn't get ready either: ` +
          `${problem.message}\nWhat is wrong: npm run doctor. Then: npm start`,
      );
    }
    throw new UserError(
      `The new build was taken back: ${error.message}\n` +
        `The build before (release ${before.release}) serves again, on all workers.`,
    );
  }

  /**
   * @param options.build a folder with a build; may be dist itself
   * @param options.limitMs how long each process of the build may take until it is ready
   * @param options.status told what is waited for
   * @throws UserError where the build was refused, or taken back
   */
  async function rollOut({
    build,
    env,
    limitMs = 30_000,
    say,
    status = () => {},
  }: {
    build: string;
    env: Record<string, string>;
    limitMs?: number;
    say: (text: string) => void;
    status?: (text: string) => void;
  }) {
    const tell = { apps, say, status, url: stackFile.read().url };
    try {
      await tryBuild(build, env, { limitMs, status });
    } catch (error) {
      throw new UserError(`The new build was refused; nothing was changed.\n${error.message}`);
    }
    say('the new build boots on a spare port');
    const running = await present();
    const before = keepGood();
    if (build !== dist) publish(build, dist);
    const release = apps.releaseOf(env);
    stackFile.update({ env, release });
    try {
      await createReplacement(tell, running).replaceEach(env, release);
    } catch (error) {
      await takeBack(error, before, tell);
    }
    stackFile.update({ unproven: undefined });
    return release;
  }

  return { rollOut };
}
