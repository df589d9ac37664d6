'use strict';

const os = require('node:os');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { commands } = require('../src/command-line/commands');
const { createLocalStack, root } = require('./local/local-stack');
const { compileForServing, isBuilt } = require('./set-up/build');
const { prepare } = require('./set-up/prepare');
const { runMain } = require('./command/run-main');
const { interruption, UserError } = require('./command/run-command');

// The arguments follow the command's name.
const [name] = process.argv.splice(2, 1);

/** Runs a command of these sources (src/cli) on the local stack, or on the database that this shell names by MONGO_URL. */
async function runCli() {
  const args = process.argv.slice(2);
  const stack = createLocalStack();
  // A worker that dies comes back from dist: while one may serve, nothing gets there that wasn't tried.
  const mayServe = await stack.isPm2Running();
  await prepare({ need: mayServe ? ['npm'] : ['npm', 'build'] });
  const build = isBuilt(root) ? path.join(root, 'dist') : await compileForServing(root);
  const { env: stackEnv } = stack.info();
  const { MONGO_URL, REDIS_URL = '', KEY_PREFIX = '' } = process.env;
  // The stack's Redis holds what belongs to its own database.
  const isOther = MONGO_URL && MONGO_URL !== stackEnv.MONGO_URL;
  const other = isOther && { MONGO_URL, REDIS_URL, KEY_PREFIX, TASKFLEET_FOREIGN: 'true' };
  // Paths are relative to where the caller stands, and by default in the project's folder.
  const env = { INIT_CWD: process.cwd(), ...process.env, ...stackEnv, ...other };
  if (!env.MONGO_URL)
    throw new UserError('There is no local stack yet. Run: npm start (or name a database by MONGO_URL)');
  const command = path.join(build, 'cli', `${name}.js`);
  process.exitCode = await run(command, args, env);
}

/** @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} env @returns {Promise<number>} its status */
function run(command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], { cwd: root, env, stdio: 'inherit' });
    // A terminal sends Ctrl-C to both; `kill` and systemd signal this process alone.
    interruption.signal.addEventListener('abort', () => child.kill('SIGTERM'));
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + os.constants.signals[signal]));
  });
}

void runMain(commands[name], runCli);
