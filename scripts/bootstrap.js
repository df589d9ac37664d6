'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { runCommand, UserError } = require('../command/run-command');

/** @param {string} file @returns {Record<string, any> | undefined} */
function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * npm writes node_modules/.package-lock.json last, so what stands there is complete.
 *
 * @param {string} root
 * @returns {boolean} whether node_modules is what package-lock.json asks for
 */
function arePackagesInstalled(root) {
  const wanted = readJson(path.join(root, 'package-lock.json'))?.packages;
  const present = readJson(path.join(root, 'node_modules', '.package-lock.json'))?.packages;
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(([name, { version, optional, devOptional, peer }]) => {
    if (name === '' || present[name]?.version === version) return true;
    // Packages for other platforms are listed and not installed.
    return present[name] === undefined && Boolean(optional || devOptional || peer);
  });
}

/**
 * @param {string} root
 * @param {{ status: (text: string) => void }} step
 */
async function installPackages(root, { status }) {
  status('npm ci');
  // Under `npm start` the very npm that runs us is used.
  const { npm_execpath: npm } = process.env;
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const args = [...first, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, stdout, stderr } = await runCommand(command, args, { cwd: root, timeoutMs: 15 * 60_000 });
  if (code === 0) return;
  const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-15).join('\n');
  throw new UserError(`npm ci failed:\n${said}\n\nRun it by hand to see more, then \`npm start\` again.`);
}

module.exports = { arePackagesInstalled, installPackages };
