'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { findingsOf } = require('./finding');
const { runCommand } = require('../command/run-command');

/** The processes' own part takes up to 4 s, and a start of Node. */
const limitMs = 8_500;

/**
 * What the app itself finds (src/cli/doctor.ts), in a process of its own: with this environment alone, and whatever
 * dist is worth.
 *
 * @param {{ root: string, env: NodeJS.ProcessEnv, only?: 'configuration' }} question
 * @returns {Promise<import('./finding').Finding[]>}
 */
async function askApp({ root, env, only }) {
  const { error } = findingsOf('Servers');
  const command = path.join(root, 'dist', 'cli', 'doctor.js');
  if (!fs.existsSync(command)) return [error("They weren't asked: nothing is built yet", 'npm start')];
  const args = only ? [`--${only}`] : [];
  const result = await runCommand(process.execPath, [command, ...args], {
    cwd: root,
    env,
    timeoutMs: limitMs,
  });
  try {
    return result.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  } catch {
    const said = result.stderr.trim().split('\n').at(-1);
    const cure =
      result.code === -1
        ? `Once more, when this machine has less to do (its load is ${Math.round(os.loadavg()[0])})`
        : 'npm run reload, which builds anew';
    return [error(`They weren't asked: ${said || 'no answer'}`, cure)];
  }
}

module.exports = { askApp };
