'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { runCommand } = require('../../command/run-command');

// Where servers live though a plain user's PATH may not say so.
const moreFolders = [
  '/usr/sbin',
  '/usr/local/sbin',
  '/opt/homebrew/sbin',
  '/opt/homebrew/bin',
  '/usr/local/bin',
];

/** @param {string} file */
function isExecutable(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** @param {string} name @returns {string | undefined} full path */
function findCommand(name) {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(path.isAbsolute);
  return [...folders, ...moreFolders].map((folder) => path.join(folder, name)).find(isExecutable);
}

/**
 * @param {string} command @param {string[]} args @param {RegExp} pattern the version in group 1
 * @returns {Promise<string>}
 */
async function commandVersion(command, args, pattern) {
  const { stdout, stderr } = await runCommand(command, args, { timeoutMs: 10_000 });
  return pattern.exec(stdout + stderr)?.[1] ?? 'unknown version';
}

module.exports = { findCommand, commandVersion, isExecutable };
