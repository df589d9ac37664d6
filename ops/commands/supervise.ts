import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { shellForChild } from '../config/load';
import { createAutoscaler } from '../autoscale/autoscaler';
import { createPublisher } from '../autoscale/publish';
import { drillLock } from '../drill/own-stack';
import { createLocalStack, root, stackLock, supervisorLock, tryAlone } from '../local/local-stack';
import { apiName } from '../stack/app-names';
import { hostNameOf } from '../../src/config';
import type { Stack } from '../stack/types';
import { interruption, runCommand } from '../../tools/command/run-command';
import { runMain } from '../../tools/command/run-main';
import { watchDaemons } from '../stack/watch-daemons';
import { nameHolder, withLock } from '../../tools/command/lock';

const usage = {
  call: 'npx taskfleet supervise',
  about: `Runs npm start in the foreground, and again if a PM2 daemon has died. With AUTOSCALE, such as 1-4, it also changes the number of API workers by load. Ctrl-C or npm stop ends everything.
npx taskfleet install-service writes a unit of systemd that runs it.`,
  options: {},
};

const startMs = 20 * 60_000;
const stopMs = 120_000;

const say = (text: string) => console.log(`${new Date().toISOString()}  ${text}`);
const command = (name: string) => [path.join(root, 'scripts', 'bootstrap.js'), name];

/** In a process of its own, its lines passed on. */
async function start() {
  const onLine = (line: string) => line && say(line);
  const { code } = await runCommand(process.execPath, command('start'), {
    cwd: root,
    env: shellForChild(),
    timeoutMs: startMs,
    onLine,
  });
  return code === 0;
}

/** Scales by load while AUTOSCALE is set, but never while a command or a drill is at work. */
async function autoscale(stack: Stack) {
  const sayScaling = (text: string) => say(`autoscale: ${text}`);
  const publisher = createPublisher({
    status: () => autoscaler.status(),
    say: sayScaling,
    host: hostNameOf(stack.info().env),
  });
  const autoscaler = createAutoscaler({
    ...publisher,
    read: stack.stackFile.read,
    busy: () => nameHolder(stackLock) ?? nameHolder(drillLock),
    alone: tryAlone,
    countWorkers: async () => (await stack.apps()).filter(({ name }) => name === apiName).length,
    scale: stack.scaleUnderLoad,
    say: sayScaling,
  });
  await autoscaler.run(interruption.signal);
  publisher.close();
}

/**
 * `npm start` in the foreground, and again whenever a PM2 daemon has died: for systemd (`npm run install-service`)
 * or a terminal. SIGINT or SIGTERM, which `npm stop` sends, stop it all.
 */
async function supervise() {
  const stack = createLocalStack();
  const scaling = autoscale(stack);
  await watchDaemons({ root, stackFile: stack.stackFile, start, say });
  // A step that is under way holds the lock that `npm stop` needs.
  await scaling;
  say('stopping');
  spawnSync(process.execPath, command('stop'), {
    stdio: 'inherit',
    env: shellForChild(),
    timeout: stopMs,
  });
  // Anything else systemd takes for a failure, and starts it all again.
  process.exitCode = 0;
}

const refusal = (owner: string) =>
  `Another supervisor (${owner}) watches over this stack, and two would undo each other.\nEnd that one first: npm stop`;
export const run = (args: string[]) =>
  runMain(args, usage, () => withLock(supervisorLock, { timeoutMs: 0, refusal }, supervise));
