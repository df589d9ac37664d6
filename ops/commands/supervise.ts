import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { shellForChild } from '../config/load';
import { createLocalStack, root, supervisorLock } from '../local/local-stack';
import { runCommand } from '../../tools/command/run-command';
import { runMain } from '../../tools/command/run-main';
import { watchDaemons } from '../stack/watch-daemons';
import { withLock } from '../../tools/command/lock';

const usage = {
  call: 'npx taskfleet supervise',
  about: `Runs npm start in the foreground, and again if a PM2 daemon has died. Ctrl-C or npm stop ends everything.
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

/**
 * `npm start` in the foreground, and again whenever a PM2 daemon has died: for systemd (`npm run install-service`)
 * or a terminal. SIGINT or SIGTERM, which `npm stop` sends, stop it all.
 */
async function supervise() {
  await watchDaemons({ root, stackFile: createLocalStack().stackFile, start, say });
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
