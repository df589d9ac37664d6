'use strict';

const path = require('node:path');
const { spawn } = require('node:child_process');
const { commands } = require('./command/bench-commands');
const { forgetUrls } = require('./stack/server-urls');
const { interruption } = require('./command/run-command');
const { prepare, root } = require('./set-up/prepare');
const { runMain } = require('./command/run-main');
const { withLock } = require('./set-up/lock');

const answering = ['compare', 'plan'].includes(process.argv[2] ?? '');
const [name] = answering ? process.argv.splice(2, 1) : ['bench'];

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
  const args = ['--import', 'tsx', program, ...(answering ? [name] : []), ...process.argv.slice(2)];
  // Files are relative to where the caller stands.
  const env = { INIT_CWD: process.cwd(), ...process.env };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
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

void runMain(commands[name], async ({ values }) => {
  // What answers needs no servers, and doesn't disturb a bench that is under way.
  const measures = !answering && !values.list;
  await prepare({ need: measures ? ['npm', 'system', 'nginx-lua', 'mongo', 'build'] : ['npm'] });
  if (!measures) return run();
  const onWait = (owner) => console.log(`Another bench (${owner}) is under way here: waiting for it.`);
  const lock = path.join(root, '.local', 'bench', 'bench.lock');
  await withLock(lock, { timeoutMs: 30 * 60_000, onWait }, run);
});
