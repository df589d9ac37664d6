'use strict';

const path = require('node:path');
const { spawn } = require('node:child_process');
const { forgetUrls } = require('./stack/server-urls');
const { interruption } = require('./command/run-command');
const { prepare, root } = require('./set-up/prepare');
const { runMain } = require('./command/run-main');
const { withLock } = require('./set-up/lock');

// So that they are looked for, and installed if missing.
forgetUrls();

/** Of a signal npm tells its shell and nobody else, so that this process would go on alone. */
function endWithParent() {
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || process.kill(process.pid, 'SIGTERM'), 500).unref();
}

/** The bench is TypeScript; it stops its servers itself when it is interrupted. */
function run() {
  const program = path.join(root, 'bench', 'run.ts');
  const args = ['--import', 'tsx', program, ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
  // Ctrl-C reaches it anyway, a signal to this process alone doesn't.
  interruption.signal.addEventListener('abort', () => child.kill('SIGTERM'));
  if (process.env.npm_lifecycle_event) endWithParent();
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('exit', (code) => {
      process.exitCode = code ?? 1;
      resolve();
    });
  });
}

/** It needs no servers, and doesn't disturb a bench that is under way. */
function isAboutResults() {
  const args = process.argv.slice(2);
  return ['compare', 'plan'].includes(args[0]) || args.includes('--help') || args.includes('--list');
}

void runMain(async () => {
  const measures = !isAboutResults();
  await prepare({ need: measures ? ['npm', 'system', 'nginx-lua', 'mongo', 'build'] : ['npm'] });
  if (!measures) return run();
  const onWait = (owner) => console.log(`Another bench (${owner}) is under way here: waiting for it.`);
  const lock = path.join(root, '.local', 'bench', 'bench.lock');
  await withLock(lock, { timeoutMs: 30 * 60_000, onWait }, run);
});
