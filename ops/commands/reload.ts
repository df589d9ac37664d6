'use strict';

const os = require('node:os');
const { alone, appVariablesOfShell, createLocalStack, root } = require('./local/local-stack');
const { apiName, tellCounts } = require('./stack/app-names');
const { compileForServing } = require('./set-up/build');
const { createProgress } = require('./set-up/progress');
const { fromCaller } = require('../src/command-line/convention');
const { prepare } = require('./set-up/prepare');
const { runMain } = require('./command/run-main');
const { UsageError, UserError } = require('./command/run-command');

const usage = `npm run reload [-- --build FOLDER] [--limit SECONDS]

Compiles the sources, boots the result on a spare port, and then replaces the
workers one after the other, each checked through NGINX. What doesn't get ready
is refused; where a worker fails all the same, the build before serves again.

  --build FOLDER   take this build (with api.js and worker.js) instead
  --limit SECONDS  how long a process may take until it is ready (30)
`;

const command = { usage, options: { build: { type: 'string' }, limit: { type: 'string' } } };

/** @param {string} text @returns {number} ms */
function limitOf(text) {
  const seconds = Number(text);
  if (seconds >= 1 && seconds <= 600) return seconds * 1_000;
  throw new UsageError(`--limit ${text}: from 1 to 600 seconds.`);
}

async function reload(given, limitMs) {
  const progress = createProgress();
  await prepare({ need: ['npm'], progress });
  const stack = createLocalStack();
  const running = await stack.apps();
  if (!running.some(({ name }) => name === apiName))
    throw new UserError('Nothing is running that could be reloaded. Run: npm start');

  let build = given && fromCaller(given);
  if (!build) {
    await progress.step('build', 'compiling the sources', async () => {
      build = await compileForServing(root);
    });
  }
  const { env: present } = stack.info();
  const apiWorkers = Number(present.API_WORKERS) || os.availableParallelism();
  const env = { ...present, ...appVariablesOfShell() };
  for (const text of await stack.checkConfiguration({ apiWorkers, env, build }))
    progress.line('config', `! ${text}`);
  await progress.step('reload', `trying the build, then ${tellCounts(running)}`, (tell) =>
    stack.replaceApps({ build, apiWorkers, env, limitMs, ...tell }),
  );
}

void runMain(command, async ({ values }) => {
  const limitMs = limitOf(values.limit ?? '30');
  await alone(() => reload(values.build, limitMs));
});
