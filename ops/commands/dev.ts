import fs from 'node:fs';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { workerVariables } from '../../src/config/app-environment';
import { jobDoorPort } from '../../src/config/door-ports';
import { finishBuild } from '../../src/cli/finish-build';
import { alone, appVariablesOfShell, createLocalStack, dir, root } from '../local/local-stack';
import { createProgress } from '../../tools/command/progress';
import { flag, type Given } from '../../src/command-line/arguments';
import { forCaller } from '../../src/command-line/convention';
import { ensureAdmin } from '../local/admin-account';
import { findFree } from '../../tools/local-servers/ports';
import { interruption, waitUntil } from '../../tools/command/run-command';
import { prepare } from '../set-up/prepare';
import { runMain } from '../../tools/command/run-main';

const FIRST_DEBUG_PORT = 9229;
const command = {
  call: 'npx taskfleet dev',
  about: `Starts the servers, one API worker and one job worker. The two workers restart when a source changes.
Ctrl-C ends the two workers; npm stop ends the servers.`,
  options: { inspect: flag(`opens a port for a debugger in each of the two, from ${FIRST_DEBUG_PORT} on`) },
};

const bin = (name: string) => path.join(root, 'node_modules', '.bin', name);
// Beside dist: a cluster that runs meanwhile must not load half-written files.
const out = path.join(dir, 'dev', 'dist');

/** @returns the environment of the two processes */
async function prepareStack(): Promise<Record<string, string>> {
  const progress = createProgress();
  await prepare({ need: ['system', 'mongo', 'build'], progress });
  const stack = createLocalStack((text) => progress.line('ports', text));
  const work = () => stack.startServers({ only: ['mongo', 'redis', 'rabbit'] });
  await progress.step('servers', 'MongoDB, Redis, RabbitMQ', work, () => 'running');
  const port = await findFree(Number(process.env.BASE_PORT) || 3000);
  // Apart from the ports of a cluster beside it.
  const internal = await findFree(port + 3_000, { also: (first) => [jobDoorPort(first, 0)] });
  const development = {
    NODE_ENV: 'development',
    LOG_LEVEL: 'debug',
    BASE_PORT: String(port),
    DRAIN_MS: '0',
    INTERNAL_PORT: String(internal),
  };
  const env = {
    ...stack.appEnvironment(1, { ...development, ...appVariablesOfShell() }),
    NODE_APP_INSTANCE: '0',
  };
  const admin = await ensureAdmin({ root, dir, env });
  console.log(`
The API answers at http://localhost:${port} and restarts when a source changes.
Admin: ${admin ? `${admin.email} (password in ${forCaller(admin.passwordFile)})` : 'exists already'}.
Ctrl-C ends the API worker and the job worker. The servers keep running until npm stop.
`);
  return env;
}

const spawnHere = (command: string, args: string[], env: Record<string, string> = {}) =>
  spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });

/** @returns once it has ended */
const ended = (child: import('node:child_process').ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    child.on('exit', () => resolve());
  });

/** Arguments with which Node runs `file` and restarts it on a change; a debugger finds it at `debugPort` of loopback. */
export const watchArguments = (file: string, debugPort?: number): string[] => [
  '--watch',
  ...(debugPort === undefined ? [] : [`--inspect=127.0.0.1:${debugPort}`]),
  file,
];

function watch(name: string, env: Record<string, string>, debugPort?: number) {
  const child = spawnHere(process.execPath, watchArguments(path.join(out, `${name}.js`), debugPort), env);
  const pretty = spawn(bin('pino-pretty'), ['--colorize', '--ignore', 'pid,hostname'], {
    stdio: ['pipe', 'inherit', 'inherit'],
    // Ctrl-C reaches the whole group: the last lines should still be printed.
    detached: true,
  });
  // If its reader goes away it ends, and the process would soon wait for room in the pipe.
  pretty.stdin.on('error', () => child.stdout.resume());
  child.stdout.pipe(pretty.stdin);
  return child;
}

async function develop({ values }: Given<typeof command.options>) {
  const env = await alone(prepareStack);
  fs.rmSync(out, { recursive: true, force: true });
  finishBuild(root, out);
  const options = [
    '--outDir',
    out,
    '--tsBuildInfoFile',
    path.join(out, '.tsbuildinfo'),
    '--preserveWatchOutput',
  ];
  const compiler = spawnHere(bin('tsc'), ['-p', 'tsconfig.build.json', '--watch', ...options]);
  compiler.stdout.on('data', (chunk: Buffer) => process.stdout.write(chunk));
  const children = [compiler];
  try {
    const isCompiled = () => ['api.js', 'worker.js'].every((file) => fs.existsSync(path.join(out, file)));
    await waitUntil(isCompiled, { timeoutMs: 60_000, what: 'The sources were not compiled' });
    const debugPort = values.inspect ? await findFree(FIRST_DEBUG_PORT, { size: 2 }) : undefined;
    children.push(
      watch('api', env, debugPort),
      watch('worker', workerVariables(env), debugPort && debugPort + 1),
    );
    if (debugPort)
      console.log(
        `Debuggers: API 127.0.0.1:${debugPort}, job worker 127.0.0.1:${debugPort + 1} (chrome://inspect).\n`,
      );
    const interrupted = new Promise((resolve) => interruption.signal.addEventListener('abort', resolve));
    await Promise.race([interrupted, ...children.map(ended)]);
    // Ctrl-C is how this command is meant to end.
    process.exitCode = 0;
  } finally {
    children.forEach((child) => child.kill('SIGTERM'));
    await Promise.all(children.map(ended));
  }
}

export const run = (args: string[]) => runMain(args, command, develop);
