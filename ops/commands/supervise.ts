'use strict';

const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { createLocalStack, root, supervisorLock } = require('./local/local-stack');
const { runCommand } = require('./command/run-command');
const { runMain } = require('./command/run-main');
const { watchDaemons } = require('./stack/watch-daemons');
const { withLock } = require('./set-up/lock');

const usage = `npm run supervise

Runs npm start in the foreground, and again whenever a PM2 daemon has died.
Ctrl-C or npm stop ends everything. For systemd: npm run install-service.
`;

const startMs = 20 * 60_000;
const stopMs = 120_000;

const say = (text) => console.log(`${new Date().toISOString()}  ${text}`);
const script = (name) => path.join(root, 'scripts', name);

/** In a process of its own, its lines passed on. */
async function start() {
  const onLine = (line) => line && say(line);
  const { code } = await runCommand(process.execPath, [script('start.js')], {
    cwd: root,
    timeoutMs: startMs,
    onLine,
  });
  return code === 0;
}

/**
 * `npm start` in the foreground, and again whenever a PM2 daemon has died: for systemd (`npm run install-service`)
 * or a terminal. SIGINT or SIGTERM, which `npm stop` sends, stop it all.
 */
async function supervise() {
  await watchDaemons({ root, stackFile: createLocalStack().stackFile, start, say });
  say('stopping');
  spawnSync(process.execPath, [script('stop.js')], { stdio: 'inherit', timeout: stopMs });
  // Anything else systemd takes for a failure, and starts it all again.
  process.exitCode = 0;
}

const refusal = (owner) =>
  `Another supervisor (${owner}) watches over this stack, and two would undo each other.\nEnd that one first: npm stop`;
void runMain({ usage }, () => withLock(supervisorLock, { timeoutMs: 0, refusal }, supervise));
