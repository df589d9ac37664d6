import os from 'node:os';
import { alone, appVariablesOfShell, createLocalStack, root } from '../local/local-stack';
import { apiName, describeCounts } from '../stack/app-names';
import { compileForServing } from '../set-up/build';
import { createProgress } from '../../tools/command/progress';
import { fromCaller } from '../../src/command-line/convention';
import { runMain } from '../../tools/command/run-main';
import { UsageError, UserError } from '../../tools/command/run-command';

const usage = `npm run reload [-- --build FOLDER] [--limit SECONDS]

Compiles the sources, boots the result on a spare port, and then replaces the
workers one after the other, each checked through NGINX. A build that doesn't
get ready is refused; if a worker fails later, the build before serves again.

  --build FOLDER   take this build (with api.js and worker.js) instead
  --limit SECONDS  how long a process may take until it is ready (30)
`;

const command = { usage, options: { build: { type: 'string' }, limit: { type: 'string' } } } as const;

/** @returns milliseconds */
function limitOf(text: string): number {
  const seconds = Number(text);
  if (seconds >= 1 && seconds <= 600) return seconds * 1_000;
  throw new UsageError(`--limit ${text}: from 1 to 600 seconds.`);
}

async function reload(given: string | undefined, limitMs: number) {
  const progress = createProgress();
  const stack = createLocalStack();
  const running = await stack.apps();
  if (!running.some(({ name }) => name === apiName))
    throw new UserError('Nothing is running that could be reloaded. Run: npm start');

  const compile = () => progress.step('build', 'compiling the sources', () => compileForServing(root));
  const build = given ? fromCaller(given) : await compile();
  const { env: present } = stack.info();
  const apiWorkers = Number(present.API_WORKERS) || os.availableParallelism();
  const env = { ...present, ...appVariablesOfShell() };
  for (const text of await stack.checkConfiguration({ apiWorkers, env, build }))
    progress.line('config', `! ${text}`);
  await progress.step('reload', `trying the build, then ${describeCounts(running)}`, (tell) =>
    stack.replaceApps({ build, apiWorkers, env, limitMs, ...tell }),
  );
}

export const run = (args: string[]) =>
  runMain(args, command, async ({ values }) => {
    const limitMs = limitOf(values.limit ?? '30');
    await alone(() => reload(values.build, limitMs));
  });
