'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { appVariables } = require('../stack/app-environment');
const { findingsOf } = require('./finding');
const { runCommand } = require('../command/run-command');

/** The processes' own part takes up to 4 s, and a start of Node. */
const limitMs = 8_500;

/**
 * Configuration, servers and time-outs as the app sees them (src/doctor), in a process of its own: with the
 * environment of what runs, and whatever dist is worth.
 *
 * @param {{ root: string, dir: string, env: Record<string, string> }} stack
 */
async function examineServers({ root, dir, env }) {
  const { error } = findingsOf('Servers');
  const command = path.join(root, 'dist', 'cli', 'doctor.js');
  if (!fs.existsSync(command)) return [error("They weren't asked: nothing is built yet", 'npm start')];
  const unset = env.MONGO_URL ? Object.fromEntries(appVariables.map((name) => [name, undefined])) : {};
  const result = await runCommand(process.execPath, [command], {
    cwd: root,
    env: { ...process.env, ...unset, ...env, TASKFLEET_DIR: dir },
    timeoutMs: limitMs,
  });
  try {
    const findings = result.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    return [...findings, ...(await examineShell({ root, env }))];
  } catch {
    const said = result.stderr.trim().split('\n').at(-1);
    return [error(`They weren't asked: ${said || 'no answer'}`, 'npm run reload, which builds anew')];
  }
}

/** What the next `npm start` from this shell would refuse. */
async function examineShell({ root, env }) {
  const { error, ok } = findingsOf('Configuration');
  const set = appVariables.filter((name) => process.env[name] && process.env[name] !== env[name]);
  if (!env.MONGO_URL || set.length === 0) return [];
  const check = path.join(root, 'dist', 'cli', 'check-config.js');
  const { code, stderr } = await runCommand(process.execPath, [check], {
    env: { ...env, ...process.env },
    timeoutMs: limitMs,
  });
  if (code === 0) return [ok(`this shell sets ${set.join(', ')} for the next start`)];
  const faults = stderr.trim().split('\n').slice(1);
  return faults.map((fault) =>
    error(`In this shell: ${fault.trim()}`, 'Correct or unset it before npm start'),
  );
}

module.exports = { examineServers };
