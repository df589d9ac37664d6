'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { arePackagesInstalled, installPackages } = require('./npm-packages');
const { build, isBuilt } = require('./build');
const { ensureBrowser } = require('./browser');
const { createProgress } = require('./progress');
const { findCommand } = require('../stack/servers/find-command');
const { findMissing } = require('../stack/private-servers');
const { obtainMongo } = require('./mongodb');
const { hasLua } = require('../stack/servers/nginx-lua');
const { installServers, isInstallable } = require('./system-packages');
const { interruption } = require('../command/run-command');
const { urlsFromEnvironment } = require('../stack/server-urls');
const { withLock } = require('./lock');

const root = path.resolve(__dirname, '..', '..');

// An installation that was interrupted may have left half a server, which looks like a whole one.
const pendingFile = path.join(root, '.local', 'installing.json');

/** @param {Record<string, string | undefined>} urls @param {string[]} need */
function missingServers(urls, need) {
  const missing = findMissing(['redis', 'rabbit', 'nginx'], urls);
  // If it is not to be had, the stack or the tests say so once they need it.
  const wants = (name, isThere) => need.includes(name) && isInstallable(name) && !isThere();
  if (wants('nginx-lua', hasLua)) missing.push('nginx-lua');
  if (wants('prometheus', () => findCommand('promtool') !== undefined)) missing.push('prometheus');
  const pending = fs.existsSync(pendingFile) ? JSON.parse(fs.readFileSync(pendingFile, 'utf8')) : [];
  return [...new Set([...missing, ...pending])];
}

/** @param {string[]} servers @param {any} step */
async function install(servers, step) {
  fs.writeFileSync(pendingFile, JSON.stringify(servers));
  await installServers(servers, step);
  fs.rmSync(pendingFile);
}

/**
 * Makes ready what a command needs: installs, fetches and builds what is missing, side by side, and does
 * nothing that is done already.
 *
 * @param {object} options
 * @param {('npm' | 'system' | 'nginx-lua' | 'prometheus' | 'browser' | 'mongo' | 'build')[]} options.need
 * @param {ReturnType<typeof createProgress>} [options.progress]
 */
async function prepare({ need, progress = createProgress() }) {
  const onWait = (owner) => progress.line('set-up', `another set-up (${owner}) is running here: waiting`);
  const lock = path.join(root, '.local', 'set-up.lock');
  await withLock(lock, { timeoutMs: 50 * 60_000, onWait }, () => prepareAlone(need, progress));
}

async function prepareAlone(need, progress) {
  const urls = urlsFromEnvironment();
  const servers = need.includes('system') ? missingServers(urls, need) : [];

  const npmStep = async () => {
    if (!need.includes('npm') || arePackagesInstalled(root)) return;
    await progress.step(
      'npm',
      'installing packages (npm ci)',
      (step) => installPackages(root, step),
      () => 'packages installed',
    );
  };
  const serversStep = async () => {
    if (servers.length === 0) return;
    const text = `missing here, to be installed: ${servers.join(', ')}`;
    await progress.step(
      'system',
      text,
      (step) => install(servers, step),
      () => 'servers installed',
    );
  };
  // After each other: only one apt at a time.
  const systemStep = async () => {
    await serversStep();
    if (!need.includes('browser')) return;
    await packages;
    await ensureBrowser(root, progress);
  };
  const packages = npmStep();
  const systemPackages = systemStep();
  const mongoStep = async () => {
    if (!need.includes('mongo') || findMissing(['mongo'], urls).length === 0) return;
    const work = (step) => obtainMongo({ root, packages, systemPackages, step });
    await progress.step('mongodb', 'no server on this machine yet', work, () => 'server ready');
  };
  const buildStep = async () => {
    await packages;
    if (!need.includes('build') || isBuilt(root)) return;
    await progress.step(
      'build',
      'compiling the sources',
      () => build(root),
      () => 'compiled',
    );
  };

  const steps = [packages, systemPackages, mongoStep(), buildStep()];
  let first;
  const onFailure = (error) => {
    // The others fail of this only because they are ended: they go on next time.
    first ??= error;
    interruption.abort();
  };
  steps.forEach((step) => step.catch(onFailure));
  await Promise.allSettled(steps);
  if (first) throw first;
}

module.exports = { prepare, root };
