'use strict';

// Run in a process of its own, with the PM2_HOME and the variables that the app gets:
//   node scripts/stack/reload-one.js ID NAME
// `pm2 reload ID` doesn't do: it hands the id on as a text, which PM2's daemon never finds equal to the number in
// the new worker's "ready", so that it waits for all of listen_timeout (PM2 7.0.4, lib/God/Reload.js).
const path = require('node:path');
const { custom: PM2 } = require('pm2');
const { apps } = require(path.join(__dirname, '..', '..', 'ecosystem.config.js'));

const [, , text, name] = process.argv;
const id = Number(text);
const app = apps.find((candidate) => candidate.name === name) ?? {};
/** What may change without another app: PM2 keeps the rest in a form of its own. */
const settings = Object.fromEntries(
  ['node_args', 'listen_timeout', 'kill_timeout', 'exp_backoff_restart_delay', 'max_restarts', 'treekill']
    .filter((key) => key in app)
    .map((key) => [key, app[key]]),
);
const pm2 = new PM2({ pm2_home: process.env.PM2_HOME, daemon_mode: true });

/** @param {Error | null} error */
function end(error) {
  if (error) process.stderr.write(`${error.message ?? JSON.stringify(error)}\n`);
  process.exit(error ? 1 : 0);
}

pm2.connect((error) => {
  if (error) return end(error);
  const env = { ...process.env, current_conf: settings };
  pm2.Client.executeRemote('reloadProcessId', { id, env }, (failure) => end(failure ?? null));
});
