import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { messageOf } from '../../src/lib/error-code';
import { isAlive } from '../../src/lib/is-alive';
import { lastLines } from './app-logs';
import { askDaemon } from './pm2-daemon';
import { renewOne } from './renew-one';
import { runCommand, UserError } from '../command/run-command';

// Makes PM2 silent: no banner, no look-up of newer versions, no agent.
const quiet = {
  PM2_DISCRETE_MODE: 'true',
  PM2_DISABLE_VERSION_CHECK: 'true',
  PM2_NO_INTERACTION: 'true',
  PM2_CONCURRENT_ACTIONS: '8',
  NO_COLOR: '1',
};

/**
 * Makes workers accept connections themselves. By default Node's cluster module lets PM2's daemon accept them and pass on
 * one for each turn of the worker's event loop. Each worker has a port of its own, so that balances nothing, and the last
 * of 500 simultaneous connections waited for 4 s.
 */
const scheduling = { NODE_CLUSTER_SCHED_POLICY: 'none' };

/** True for variables that npm adds and those of one app only: the apps of a daemon must not inherit them. */
const isForeign = (name: string) =>
  /^(npm_|NODE_APP_INSTANCE$|PORT$|INIT_CWD$|PM2_|pm_id$|NODE_OPTIONS$|JEST_)/.test(name);

/** State of a process and, by name, the variables of its environment. */
export interface Pm2Env {
  status: string;
  restart_time: number;
  unstable_restarts?: number;
  pm_cwd: string;
  /** The script. */
  pm_exec_path?: string;
  pm_out_log_path: string;
  pm_err_log_path: string;
  BASE_PORT?: string;
  INTERNAL_HOST?: string;
  INTERNAL_PORT?: string;
  TASKFLEET_DIR?: string;
  NODE_APP_INSTANCE?: number | string;
  TASKFLEET_DEFINITION?: string;
  TASKFLEET_RELEASE?: string;
}

/** Process as `pm2 jlist` shows it too. */
export interface Pm2Process {
  name: string;
  pid: number;
  pm_id: number;
  pm2_env: Pm2Env;
}

/** The pm2 command with one home folder. */
export function createPm2({
  root,
  home,
  env = {},
}: {
  root: string;
  home: string;
  env?: Record<string, string | undefined>;
}) {
  const cli = path.join(root, 'node_modules', 'pm2', 'bin', 'pm2');
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !isForeign(name)));
  const baseEnv = { ...inherited, ...quiet, ...scheduling, PM2_HOME: home, ...env };

  async function pm2(
    args: string[],
    { env: more = {}, timeoutMs = 60_000 }: { env?: Record<string, string>; timeoutMs?: number } = {},
  ) {
    if (!fs.existsSync(cli)) throw new UserError('PM2 is not installed yet. Run: npm ci');
    // PM2 itself would answer with a stack trace.
    fs.mkdirSync(home, { recursive: true, mode: 0o700 });
    fs.accessSync(home, fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK);
    // The daemon takes over the mask: what it writes (logs, and by `pm2 save` the environment with its passwords) is
    // then for this user alone.
    const before = process.umask(0o077);
    const running = runCommand(process.execPath, [cli, ...args], {
      cwd: root,
      env: { ...baseEnv, ...more },
      timeoutMs,
    });
    process.umask(before);
    const result = await running;
    if (result.code !== 0) {
      const said = lastLines(`${result.stdout}\n${result.stderr}`);
      throw new UserError(`pm2 ${args.slice(0, 3).join(' ')} failed:\n${said}`);
    }
    return result.stdout;
  }

  /**
   * Connects to the daemon's socket: the command itself would start a daemon if none runs.
   *
   * @returns rejects if this user may not ask
   */
  function isRunning(): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(path.join(home, 'rpc.sock'));
      const end = (answer: boolean) => {
        socket.destroy();
        resolve(answer);
      };
      socket.setTimeout(2_000, () => end(false));
      socket.on('connect', () => end(true));
      socket.on('error', (error: NodeJS.ErrnoException) =>
        error.code === 'EACCES' ? reject(error) : end(false),
      );
    });
  }

  /** @returns the processes of the daemon; none if no daemon runs */
  async function list({ timeoutMs = 15_000 } = {}): Promise<Pm2Process[]> {
    if (!(await isRunning())) return [];
    try {
      return await askDaemon<Pm2Process[]>(home, 'getMonitorData', {}, { timeoutMs });
    } catch (error) {
      if (!(await isRunning())) return [];
      throw new UserError(`PM2 in ${home} gave no list of its processes: ${messageOf(error)}`);
    }
  }

  const daemonPid = (): number | undefined => {
    try {
      return Number(fs.readFileSync(path.join(home, 'pm2.pid'), 'utf8')) || undefined;
    } catch {
      return undefined;
    }
  };

  /** @returns true if the daemon lives, judged by its pid file alone */
  function isDaemonAlive() {
    const pid = daemonPid();
    return pid !== undefined && isAlive(pid);
  }

  return {
    home,
    isAlive: isDaemonAlive,
    pm2,
    /** See renew-one.ts. The variables are added to those that a start would have passed on. */
    renewOne: (
      how: 'reload' | 'revive',
      process_: Parameters<typeof renewOne>[1],
      variables: Record<string, string>,
      { timeoutMs = 60_000 } = {},
    ) => renewOne(how, process_, { root, home, env: { ...baseEnv, ...variables }, timeoutMs }),
    isRunning,
    list,
    daemonPid,
  };
}
