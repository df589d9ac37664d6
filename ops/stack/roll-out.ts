'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { createReplacement } = require('./replace-each');
const { publish } = require('../set-up/build');
const { tryBuild } = require('./trial');
const { UserError } = require('../command/run-command');

/**
 * Replaces what runs by another build or configuration, worker by worker, and never one that serves by one that
 * doesn't boot.
 *
 * @param {{ root: string, dir: string, apps: ReturnType<import('./apps').createApps>,
 *   stackFile: ReturnType<import('./stack-file').createStackFile> }} parts
 */
function createRollOut({ root, dir, apps, stackFile }) {
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

  const present = async () => (await apps.list()).sort((a, b) => a.name.localeCompare(b.name) || a.id - b.id);

  async function goBack({ env, release }, tell) {
    publish(good, dist);
    stackFile.update({ env, release });
    // Those that were not replaced yet serve on.
    const isWanted = (process_) => process_.release !== release || process_.status !== 'online';
    await createReplacement(tell, await present()).replaceEach(env, release, { isWanted, insists: true });
    await apps.waitReady();
    stackFile.update({ unproven: undefined });
  }

  /** @param {Error} error why the new build was taken back @throws UserError */
  async function takeBack(error, before, tell) {
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
   * @param {object} options
   * @param {string} options.build a folder with a build; may be dist itself
   * @param {Record<string, string>} options.env
   * @param {number} [options.limitMs] how long each process of the build may take until it is ready
   * @param {(text: string) => void} options.say
   * @param {(text: string) => void} [options.status] told what is waited for
   * @throws UserError where the build was refused, or taken back
   */
  async function rollOut({ build, env, limitMs = 30_000, say, status = () => {} }) {
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

module.exports = { createRollOut };
