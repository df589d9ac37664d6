import os from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { commands } from '../../src/command-line/commands';
import type { Command } from '../../src/command-line/arguments';
import { shell } from '../config/load';
import { createLocalStack, root } from '../local/local-stack';
import { compileForServing, isBuilt, isHeld } from '../set-up/build';
import { prepare } from '../set-up/prepare';
import { runMain } from '../../tools/command/run-main';
import { interruption, UserError } from '../../tools/command/run-command';

/** Runs a command of these sources (src/cli) on the local stack, or on the database that this shell names by MONGO_URL. */
async function runCli(name: string, args: string[]) {
  const stack = createLocalStack();
  // A worker that dies comes back from dist: while one may serve, nothing gets there that wasn't tried.
  const keepsDist = isHeld(root) || (await stack.isPm2Running());
  if (!keepsDist) await prepare({ need: ['build'] });
  const build = isBuilt(root) || isHeld(root) ? path.join(root, 'dist') : await compileForServing(root);
  const { env: stackEnv, pm2Home } = stack.info();
  // The configuration file says what the next start uses; what runs is in stack.json.
  const source = stackEnv.MONGO_URL ? shell : process.env;
  const { MONGO_URL, REDIS_URL = '', KEY_PREFIX = '', BALANCER_URL = '' } = source;
  // The stack's Redis and NGINX belong to its own database.
  const isOther = MONGO_URL && MONGO_URL !== stackEnv.MONGO_URL;
  const other = isOther && { MONGO_URL, REDIS_URL, KEY_PREFIX, BALANCER_URL, TASKFLEET_FOREIGN: 'true' };
  // Paths are relative to where the caller stands, and by default in the project's folder.
  const env = { INIT_CWD: process.cwd(), ...process.env, PM2_HOME: pm2Home, ...stackEnv, ...other };
  if (!env.MONGO_URL)
    throw new UserError('There is no local stack yet. Run: npm start (or name a database by MONGO_URL)');
  const command = path.join(build, 'cli', `${name}.js`);
  process.exitCode = await runNode(command, args, env);
}

/** @returns its status */
function runNode(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], { cwd: root, env, stdio: 'inherit' });
    // A terminal sends Ctrl-C to both; `kill` and systemd signal this process alone.
    interruption.signal.addEventListener('abort', () => child.kill('SIGTERM'));
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? os.constants.signals[signal] : 0)));
  });
}

/** Returns the command of `taskfleet` that runs a command of src/cli. */
export const runData =
  (name: keyof typeof commands) =>
  (args: string[]): Promise<void> => {
    const command: Command = commands[name];
    return runMain(args, command, () => runCli(name, args));
  };
