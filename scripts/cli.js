'use strict';

const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { createLocalStack, root } = require('./local/local-stack');
const { prepare } = require('./set-up/prepare');
const { runMain } = require('./command/run-main');
const { UserError } = require('./command/run-command');

/** Runs a command of dist/cli on the local stack, or on the database that this shell names by MONGO_URL. */
async function runCli() {
  const [, , name, ...args] = process.argv;
  await prepare({ need: ['npm', 'build'] });
  const { env: stackEnv } = createLocalStack().info();
  const { MONGO_URL, REDIS_URL = '', KEY_PREFIX = '' } = process.env;
  // The stack's Redis holds what belongs to its own database.
  const isOther = MONGO_URL && MONGO_URL !== stackEnv.MONGO_URL;
  const env = { ...process.env, ...stackEnv, ...(isOther && { MONGO_URL, REDIS_URL, KEY_PREFIX }) };
  if (!env.MONGO_URL)
    throw new UserError('There is no local stack yet. Run: npm start (or name a database by MONGO_URL)');
  const command = path.join(root, 'dist', 'cli', `${name}.js`);
  const { status } = spawnSync(process.execPath, [command, ...args], { env, stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

void runMain(runCli);
