'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { runCommand, UserError } = require('../command/run-command');

const admin = { email: 'admin@taskfleet.local', username: 'admin', name: 'Admin' };

/**
 * Creates the first Admin, where there is none.
 *
 * @param {{ root: string, dir: string, env: Record<string, string> }} options
 * @returns {Promise<{ email: string, passwordFile: string } | undefined>} nothing where the database had an
 *   Admin before, whose password isn't known here
 */
async function ensureAdmin({ root, dir, env }) {
  // It is written with a new password where it is missing.
  const passwordFile = path.join(dir, 'admin-password');
  const { email, username, name } = admin;
  const who = ['--email', email, '--username', username, '--name', name, '--password-file', passwordFile];
  const args = [path.join(root, 'dist', 'cli', 'admin.js'), '--if-none', ...who];
  const result = await runCommand(process.execPath, args, { cwd: root, env: { ...process.env, ...env } });
  if (result.code !== 0)
    throw new UserError(`The Admin could not be created:\n${result.stdout}${result.stderr}`);
  return fs.existsSync(passwordFile) ? { email, passwordFile } : undefined;
}

module.exports = { ensureAdmin };
