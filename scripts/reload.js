'use strict';

const { alone, appVariablesOfShell, createLocalStack } = require('./local-stack');
const { createProgress } = require('./set-up/progress');
const { prepare } = require('./set-up/prepare');
const { runMain } = require('./command');
const { UserError } = require('./run-command');

/** Asks often enough through NGINX to have met every worker. @param {string} url @param {number} workers */
async function askThroughNginx(url, workers) {
  for (let i = 0; i < workers * 2; i += 1) {
    const { status } = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) });
    if (status !== 200)
      throw new UserError(`${url}/health/ready answers ${status} after the reload: npx pm2 logs`);
  }
}

async function reload() {
  const progress = createProgress();
  await prepare({ need: ['npm', 'build'], progress });
  const stack = createLocalStack();
  const { url, env } = stack.info();
  const workers = (await stack.apps()).filter(({ name }) => name === 'taskfleet-api');
  if (!url || workers.length === 0)
    throw new UserError('Nothing is running that could be reloaded. Run: npm start');

  await progress.step('apps', `reloading ${workers.length} API workers and the job worker`, () =>
    stack.startApps({
      apiWorkers: Number(env.API_WORKERS),
      env: { ...env, ...appVariablesOfShell() },
      reload: true,
    }),
  );
  for (const { instance, port } of await stack.apps()) {
    if (port) progress.line('check', `API worker ${instance} is ready on port ${port}`);
  }
  await askThroughNginx(url, workers.length);
  progress.line('check', `${url} answers through NGINX`);
}

void runMain(() => alone(reload));
