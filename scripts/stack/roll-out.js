'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { isAlive } = require('./processes');
const { publish } = require('../set-up/build');
const { tryBuild } = require('./trial');
const { UserError, waitUntil } = require('../run-command');

const apiName = 'taskfleet-api';
const workerName = 'taskfleet-worker';
/** Longer than PM2 waits for a new worker and for the end of the old one. */
const pm2Ms = 60_000;

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

  /** PM2's own answer isn't enough: when a new worker isn't ready in time, PM2 ends the old one all the same. */
  async function requireNew(before, release) {
    const ask = async () => {
      const now = (await apps.list()).find(({ id }) => id === before.id);
      if (!now || now.pid === before.pid || now.status !== 'online' || now.release !== release) return false;
      if (!isAlive(now.pid)) return false;
      return now.port === undefined || apps.isReady(now.port);
    };
    const what = `${before.name} ${before.instance} is not ready`;
    await waitUntil(ask, { timeoutMs: 15_000, everyMs: 200, what });
  }

  /** Often enough to have met every worker. @param {string} url @param {number} workers */
  async function requireThroughNginx(url, workers) {
    for (let i = 0; i < workers * 2; i += 1) {
      const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) });
      await response.arrayBuffer();
      if (response.status !== 200) throw new UserError(`${url}/health/ready answers ${response.status}`);
    }
  }

  /**
   * @param {Record<string, string>} env @param {string} release @param {(text: string) => void} say
   * @param {(process: import('./stack').AppProcess) => boolean} isWanted
   */
  async function replaceEach(env, release, say, isWanted = () => true) {
    const { url } = stackFile.read();
    const present = (await apps.list()).sort((a, b) => a.name.localeCompare(b.name) || a.id - b.id);
    const workers = present.filter(({ name }) => name === apiName).length;
    for (const process_ of present.filter(isWanted)) {
      const variables = { ...env, TASKFLEET_RELEASE: release };
      // One that crashes again and again: PM2 would start it by itself meanwhile, and refuse or lose one of the two.
      if (process_.status !== 'online') await apps.pm2(['stop', String(process_.id)]);
      await apps.reloadOne(process_, variables, { timeoutMs: pm2Ms });
      await requireNew(process_, release);
      const name = process_.name === workerName ? 'job worker' : `API worker ${process_.instance}`;
      if (url && process_.name === apiName) await requireThroughNginx(url, workers);
      say(`${name} is replaced and ready${process_.port ? ` on port ${process_.port}` : ''}`);
    }
  }

  /** What serves now, to go back to. */
  function keepGood() {
    fs.rmSync(path.dirname(good), { recursive: true, force: true });
    publish(dist, good);
  }

  async function goBack(before, say) {
    publish(good, dist);
    stackFile.update({ env: before.env, release: before.release });
    // Those that were not replaced yet serve on.
    const isOther = ({ release, status }) => release !== before.release || status !== 'online';
    await replaceEach(before.env, before.release, say, isOther);
    await apps.waitReady();
  }

  /**
   * @param {object} options
   * @param {string} options.build a folder with a build; may be dist itself
   * @param {Record<string, string>} options.env
   * @param {number} [options.limitMs] how long each process of the build may take until it is ready
   * @param {(text: string) => void} options.say
   * @throws UserError where the build was refused, or taken back
   */
  async function rollOut({ build, env, limitMs = 30_000, say }) {
    const { env: oldEnv, release: oldRelease } = stackFile.read();
    try {
      await tryBuild(build, env, { limitMs });
    } catch (error) {
      throw new UserError(`The new build was refused; nothing was changed.\n${error.message}`);
    }
    say('the new build boots on a spare port');
    keepGood();
    if (build !== dist) publish(build, dist);
    const release = apps.releaseOf(env);
    stackFile.update({ env, release });
    try {
      await replaceEach(env, release, say);
    } catch (error) {
      say(`going back to the build before: ${error.message}`);
      await goBack({ env: oldEnv, release: oldRelease }, say);
      throw new UserError(`The new build was taken back: ${error.message}\nThe one before serves again.`);
    }
    return release;
  }

  return { rollOut };
}

module.exports = { createRollOut };
