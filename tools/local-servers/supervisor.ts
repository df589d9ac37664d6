import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createPm2 } from './pm2';
import { isAlive } from '../../src/lib/is-alive';
import { endProcesses, findOwned, marker } from '../command/processes';
import type { ServerProcess } from './types';
import { sleep, UserError } from '../command/run-command';
import { makePrivateFolder, ownUid } from '../../src/lib/private-folder';

/** A socket's path may have 107 bytes, and PM2 hangs if its own gets longer. */
const longestHome = 85;

/** @param dir the stack's folder */
export function privateHome(dir: string, name: string) {
  const inside = path.join(dir, name);
  if (Buffer.byteLength(inside) <= longestHome) return inside;
  const hash = crypto.createHash('sha256').update(inside).digest('hex').slice(0, 12);
  return path.join(os.tmpdir(), `taskfleet-${os.userInfo().uid}-${hash}`);
}

/** @returns a folder for the control sockets of the stack in `dir`, within the 80 bytes that RUN_DIR may have */
export function runDirIn(dir: string) {
  const hash = crypto.createHash('sha256').update(dir).digest('hex').slice(0, 12);
  return path.join(os.tmpdir(), `taskfleet-run-${ownUid}-${hash}`);
}

/** Makes the folder, for this user alone. @throws UserError if other users could write there */
export function ensurePrivate(home: string) {
  if (!makePrivateFolder(home)) return;
  throw new UserError(
    `${home} must be a folder of this user's alone, with mode 700, and no link. Remove it (or have its owner do that), ` +
      'or move this clone to a shorter path, which does not need it.',
  );
}

/**
 * Closes the home of the user's own PM2 to others: its daemon lets the whole group in, and knows the passwords of the
 * servers. The target of a link stays as it is.
 *
 * @param home made if it is not there
 * @throws UserError if it belongs to another user
 */
export function closeHome(home: string) {
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  const found = fs.lstatSync(home);
  if (found.isSymbolicLink()) return;
  const { uid } = found;
  if (uid !== ownUid)
    throw new UserError(
      `${home} belongs to ${uid === 0 ? 'root' : `user ${uid}`}: run this command as that user.`,
    );
  if (fs.lstatSync(home).isDirectory()) fs.chmodSync(home, 0o700);
}

/**
 * @param known home of the PM2 that ran the apps last
 * @returns that home if its daemon still lives; else the home that a plain `pm2` uses
 */
export const usersHome = (known?: string): string =>
  known && createPm2({ root: '', home: known }).isAlive()
    ? known
    : process.env.PM2_HOME || path.join(os.homedir(), '.pm2');

export type Supervisor = ReturnType<typeof createSupervisor>;

/** Keeps the private servers alive by a PM2 of its own, which `pm2 reload all` does not touch. */
export function createSupervisor({
  root,
  dir,
  executables,
}: {
  root: string;
  dir: string;
  executables: string[];
}) {
  const home = privateHome(dir, 'pm2');
  // SIGINT, PM2's own signal, means "abort" to Erlang.
  const pm2 = createPm2({ root, home, env: { PM2_KILL_SIGNAL: 'SIGTERM', [marker]: dir } });
  const logs = path.join(dir, 'logs');
  const pidFolders = [path.join(home, 'pids')];

  const describe = ({ name, script, args, env = {}, cwd, config = '', killTimeoutMs }: ServerProcess) => {
    // PM2 runs a script as a line of bash if its path has a blank. And if a file can't be executed, the shell writes
    // that to the log of the server; PM2 itself would leave the log empty.
    const exec = { script: '/bin/sh', args: ['-c', 'exec "$0" "$@"', script, ...args] };
    const definition = { ...exec, env, cwd };
    const digest = crypto.createHash('sha256').update(JSON.stringify({ definition, config })).digest('hex');
    return {
      name,
      ...definition,
      env: { ...env, [marker]: dir, TASKFLEET_DEFINITION: digest },
      interpreter: 'none',
      exec_mode: 'fork',
      kill_timeout: killTimeoutMs,
      exp_backoff_restart_delay: 100,
      max_restarts: 1e9,
      // Signals go to the server, which ends its children itself.
      treekill: false,
      pmx: false,
      vizion: false,
      out_file: path.join(logs, `${name}.log`),
      error_file: path.join(logs, `${name}.log`),
    };
  };

  /** @returns false also for a frozen daemon, which takes calls and never answers */
  async function isHealthy() {
    if (!(await pm2.isRunning())) return false;
    return pm2.list({ timeoutMs: 8_000 }).then(
      () => true,
      () => false,
    );
  }

  /** Ends the processes that a killed daemon left running, so that ports and data folders are free again. */
  async function endLeftovers() {
    if (await isHealthy()) return [];
    const left = await findOwned({ dir, executables, pidFolders });
    await endProcesses(left, 10_000);
    for (const file of ['pm2.pid', 'rpc.sock', 'pub.sock']) fs.rmSync(path.join(home, file), { force: true });
    return left;
  }

  /** NGINX's old workers answer until the new ones have taken over, and it does not report when. */
  async function reread(server: number) {
    process.kill(server, 'SIGHUP');
    await sleep(500);
  }

  /**
   * Starts the processes that do not run as described; leaves the others alone.
   *
   * @returns names of those it started
   */
  async function start(processes: ServerProcess[]): Promise<string[]> {
    ensurePrivate(home);
    fs.mkdirSync(logs, { recursive: true });
    const running = await pm2.list();
    const wanted: ReturnType<typeof describe>[] = [];
    const outdated: string[] = [];
    for (const process_ of processes) {
      const app = describe(process_);
      const present = running.find(({ name }) => name === app.name);
      const same = present?.pm2_env.TASKFLEET_DEFINITION === app.env.TASKFLEET_DEFINITION;
      if (present && same && present.pm2_env.status === 'online') {
        if (process_.configChanged) await reread(present.pid);
        continue;
      }
      if (present) outdated.push(app.name);
      wanted.push(app);
    }
    if (outdated.length > 0) await pm2.pm2(['delete', ...outdated]);
    if (wanted.length === 0) return [];
    const file = path.join(dir, 'servers.json');
    fs.writeFileSync(file, JSON.stringify({ apps: wanted }), { mode: 0o600 });
    // One after the other: RabbitMQ finds its port mapper there.
    // Relative: PM2 guesses the format from the whole path, in which a folder may be called `x.config.js`.
    await pm2.pm2(['start', path.relative(root, file)], { env: { PM2_CONCURRENT_ACTIONS: '1' } });
    return wanted.map(({ name }) => name);
  }

  /** @returns the pid of the running process; `undefined` if it does not run */
  async function pid(name: string): Promise<number | undefined> {
    const found = (await pm2.list()).find((process_) => process_.name === name);
    return found?.pid && isAlive(found.pid) ? found.pid : undefined;
  }

  /** Ends the servers, first those named in `order`, and the daemon; then looks that nothing is left. */
  async function kill(order: string[] = []) {
    if (await isHealthy()) {
      const names = (await pm2.list()).map(({ name }) => name);
      for (const group of [
        order.filter((name) => names.includes(name)),
        names.filter((name) => !order.includes(name)),
      ]) {
        if (group.length > 0) await pm2.pm2(['delete', ...group]);
      }
      await pm2.pm2(['kill']);
    }
    await endLeftovers();
    if (!home.startsWith(dir)) fs.rmSync(home, { recursive: true, force: true });
  }

  return { home, logs, pm2, start, pid, kill, endLeftovers };
}
