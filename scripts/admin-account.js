'use strict';

const path = require('node:path');
const { ensureSecret } = require('./stack/secrets');
const { runCommand, UserError } = require('./run-command');

const admin = { email: 'admin@taskfleet.local', username: 'admin', name: 'Admin' };

/**
 * Creates the first Admin, where there is none.
 *
 * @param {{ root: string, dir: string, env: Record<string, string> }} options
 * @returns {Promise<{ email: string, passwordFile: string }>}
 */
async function ensureAdmin({ root, dir, env }) {
  const passwordFile = ensureSecret(path.join(dir, 'admin-password'), 18);
  const { email, username, name } = admin;
  const who = ['--email', email, '--username', username, '--name', name, '--password-file', passwordFile];
  const args = [path.join(root, 'dist', 'cli', 'admin.js'), '--if-none', ...who];
  const result = await runCommand(process.execPath, args, { cwd: root, env: { ...process.env, ...env } });
  if (result.code !== 0)
    throw new UserError(`The Admin could not be created:\n${result.stdout}${result.stderr}`);
  return { email, passwordFile };
}

module.exports = { ensureAdmin };
