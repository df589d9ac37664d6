'use strict';

const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { createLocalStack, root } = require('./local/local-stack');
const { compileAside, isBuilt } = require('./set-up/build');
const { prepare } = require('./set-up/prepare');
const { runMain } = require('./command/run-main');
const { UserError } = require('./command/run-command');

/** Runs a command of these sources (src/cli) on the local stack, or on the database that this shell names by MONGO_URL. */
async function runCli() {
  const [, , name, ...args] = process.argv;
  const stack = createLocalStack();
  // A worker that dies comes back from dist: while one may serve, nothing gets there that wasn't tried.
  const mayServe = await stack.isPm2Running();
  await prepare({ need: mayServe ? ['npm'] : ['npm', 'build'] });
  const build = isBuilt(root) ? path.join(root, 'dist') : await compileAside(root);
  const { env: stackEnv } = stack.info();
  const { MONGO_URL, REDIS_URL = '', KEY_PREFIX = '' } = process.env;
  // The stack's Redis holds what belongs to its own database.
  const isOther = MONGO_URL && MONGO_URL !== stackEnv.MONGO_URL;
  const env = { ...process.env, ...stackEnv, ...(isOther && { MONGO_URL, REDIS_URL, KEY_PREFIX }) };
  if (!env.MONGO_URL)
    throw new UserError('There is no local stack yet. Run: npm start (or name a database by MONGO_URL)');
  const command = path.join(build, 'cli', `${name}.js`);
  const { status } = spawnSync(process.execPath, [command, ...args], { env, stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

void runMain(runCli);
