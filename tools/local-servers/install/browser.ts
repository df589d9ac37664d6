'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { runCommand, UserError } = require('../command/run-command');
const { findCommand, isExecutable } = require('../stack/servers/find-command');
const { createApt } = require('./system-packages');

const commands = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** @param {string} root @returns {string | undefined} the one that Playwright downloaded */
function findDownloaded(root) {
  const folder = path.join(root, 'node_modules', 'playwright-core');
  if (!fs.existsSync(folder)) return undefined;
  const file = require(folder).chromium.executablePath();
  return isExecutable(file) ? file : undefined;
}

/** @param {string} root @returns {string | undefined} full path of a Chromium or Chrome */
function findBrowser(root) {
  const known = commands.map((name) =>
    path.isAbsolute(name) ? isExecutable(name) && name : findCommand(name),
  );
  return known.find(Boolean) || findDownloaded(root);
}

/** Debian has it as a package; for Ubuntu, where that is a snap, and for macOS there is Playwright's own. */
async function obtainBrowser(root, step) {
  if (findCommand('apt-get')) {
    const apt = createApt(step);
    // A machine that was just made has no lists to look into.
    await apt.apt('update', '-qq');
    if (await apt.pick(['chromium'])) return apt.install(['chromium']);
  }
  step.say('playwright-core install chromium');
  const cli = path.join(root, 'node_modules', 'playwright-core', 'cli.js');
  const args = [cli, 'install', ...(findCommand('apt-get') ? ['--with-deps'] : []), 'chromium'];
  const { code, stderr } = await runCommand(process.execPath, args, {
    timeoutMs: 15 * 60_000,
    stdin: 'inherit',
  });
  if (code !== 0) throw new UserError(stderr.trim().slice(-800));
}

/**
 * Gets a browser for the tests that need one. Where it can't, it says so and goes on: only those tests fail,
 * and say so again.
 *
 * @param {string} root
 * @param {ReturnType<import('./progress').createProgress>} progress
 */
async function ensureBrowser(root, progress) {
  if (findBrowser(root)) return;
  try {
    await progress.step(
      'browser',
      'no Chromium on this machine yet',
      (step) => obtainBrowser(root, step),
      () => 'Chromium installed',
    );
  } catch (error) {
    progress.line('browser', `no Chromium, so tests that need one will fail: ${error.message}`);
  }
}

module.exports = { ensureBrowser, findBrowser };
