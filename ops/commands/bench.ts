import path from 'node:path';
import { spawn } from 'node:child_process';
import type { Command } from '../../src/command-line/arguments';
import { commands } from '../../tools/command/bench-commands';
import { parseOptions } from '../../tools/command/bench-options';
import { forgetUrls } from '../../tools/local-servers/server-urls';
import { interruption } from '../../tools/command/run-command';
import { typescript } from '../../tools/command/typescript';
import { prepare, root } from '../set-up/prepare';
import { runMain } from '../../tools/command/run-main';
import { withLock } from '../../tools/command/lock';

/** npm reports a signal to its shell alone: without this, the bench would go on after npm has ended. */
function endWithParent() {
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || process.kill(process.pid, 'SIGTERM'), 500).unref();
}

/** Runs the bench, which stops its servers itself when it is interrupted. */
function runBench(args: string[]): Promise<void> {
  // The bench resolves file names against the folder of the caller.
  const env = { INIT_CWD: process.cwd(), ...process.env };
  const program = path.join(root, 'bench', 'run.ts');
  const child = spawn(process.execPath, [...typescript, program, ...args], {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  // Ctrl-C reaches the child as well; a signal to this process alone does not.
  interruption.signal.addEventListener('abort', () => child.kill('SIGTERM'));
  if (process.env.npm_lifecycle_event) endWithParent();
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('exit', (code) => {
      process.exitCode = code ?? 1;
      resolve();
    });
  });
}

async function measure(args: string[]): Promise<void> {
  // Refuses wrong values before anything is installed or built.
  parseOptions(args);
  // The bench looks for servers of its own, and installs those that are missing.
  forgetUrls();
  await prepare({ need: ['system', 'nginx-lua', 'mongo', 'build'] });
  const onWait = (owner: string) =>
    console.log(`Another bench (${owner}) is under way here: waiting for it.`);
  const lock = path.join(root, '.local', 'bench', 'bench.lock');
  await withLock(lock, { timeoutMs: 30 * 60_000, onWait }, () => runBench(args));
}

export function run(given: string[]): Promise<void> {
  const [name, ...args] = given;
  // These read a result: they need no servers and do not disturb a bench that is under way.
  if (name === 'compare' || name === 'plan') {
    const command: Command = commands[name];
    return runMain(args, command, () => runBench([name, ...args]));
  }
  return runMain(given, commands.bench, ({ values }) => (values.list ? runBench(given) : measure(given)));
}
