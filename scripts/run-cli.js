'use strict';

const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { createLocalStack, root } = require('./local-stack');
const { prepare } = require('./set-up/prepare');
const { runMain } = require('./command');
const { UserError } = require('./run-command');

/** Runs one of src/cli with this command's arguments and the environment of the local stack. @param {string} name */
function runCli(name) {
  return runMain(async () => {
    await prepare({ need: ['npm', 'build'] });
    const { env } = createLocalStack().info();
    if (!env.MONGO_URL) throw new UserError('There is no local stack yet. Run: npm start');
    const command = path.join(root, 'dist', 'cli', `${name}.js`);
    const { status } = spawnSync(process.execPath, [command, ...process.argv.slice(2)], {
      env: { ...process.env, ...env },
      stdio: 'inherit',
    });
    process.exitCode = status ?? 1;
  });
}

module.exports = { runCli };
