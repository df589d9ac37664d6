import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { apiName, workerName } from './app-names';
import { appVariables } from '../../src/config/app-environment';
import { messageOf } from '../../src/lib/error-code';
import { shellQuoted } from '../../src/command-line/convention';
import { askStatus } from './ask-status';
import { apiStatusOf, socketOf } from './control';
import { createBuildCommands } from './build-commands';
import { digestOf } from '../set-up/build';
import { createPm2, type Pm2Process } from '../../tools/local-servers/pm2';
import type { createStackFile } from '../../tools/local-servers/stack-file';
import { explainSilence, markLogs } from '../../tools/local-servers/app-logs';
import { marker } from '../../tools/command/processes';
import { UserError, waitUntil } from '../../tools/command/run-command';
import type { AppProcess } from './types';

const names = [apiName, workerName];
const isApp = (name: string): name is AppProcess['name'] => names.some((known) => known === name);

export type Apps = ReturnType<typeof createApps>;

const isReady = async (port: number): Promise<boolean> =>
  (await askStatus(`http://127.0.0.1:${port}/health/ready`, 3_000)) === 200;

/**
 * Starts, lists and stops the API workers and job workers under PM2, by ecosystem.config.js.
 *
 * @param options home: of PM2; isPrivate: PM2 is the stack's own
 */
export function createApps({
  root,
  dir,
  home,
  isPrivate,
  stackFile,
}: {
  root: string;
  dir: string;
  home: string;
  isPrivate: boolean;
  stackFile: ReturnType<typeof createStackFile>;
}) {
  // Relative to the root, the working folder of PM2, which guesses the format from the whole path.
  const ecosystem = 'ecosystem.config.js';
  const dist = path.join(root, 'dist');
  // The stack's file decides, not what this shell happens to have set.
  const unset = Object.fromEntries(appVariables.map((name) => [name, undefined]));
  const own = isPrivate ? { [marker]: dir } : {};
  const { refuseWrongConfiguration, migrate, appliedMigrations } = createBuildCommands(dist);
  const pm2 = createPm2({ root, home, env: { ...unset, ...own, TASKFLEET_DIR: dir } });

  /** One clone can serve from several data folders, though not under one PM2. */
  const isOurs = ({ pm2_env: { pm_cwd: cwd, TASKFLEET_DIR: folder = dir } }: Pm2Process) =>
    cwd === root && folder === dir;

  async function list(options?: { timeoutMs?: number }): Promise<AppProcess[]> {
    const known = stackFile.read().env?.BASE_PORT;
    return (await pm2.list(options)).filter(isOurs).flatMap(({ name, pid, pm_id: id, pm2_env: env }) => {
      if (!isApp(name)) return [];
      const instance = Number(env.NODE_APP_INSTANCE ?? 0);
      // The stack's file may be lost or damaged while they run.
      const port = name === apiName ? Number(known ?? env.BASE_PORT) + instance : undefined;
      const {
        status,
        restart_time: restarts,
        unstable_restarts: crashes = 0,
        TASKFLEET_RELEASE: release,
      } = env;
      const logs = [env.pm_err_log_path, env.pm_out_log_path];
      return [{ name, pid, id, instance, port, status, restarts, crashes, release, logs }];
    });
  }

  /** One PM2 can't hold two apps of a name apart: `pm2 reload` would hit both clones. */
  async function refuseOtherClone(options?: { timeoutMs?: number }) {
    const other = (await pm2.list(options)).find((process_) => isApp(process_.name) && !isOurs(process_));
    if (!other) return;
    const { pm_cwd: cwd, TASKFLEET_DIR: folder = '' } = other.pm2_env;
    if (cwd === root)
      throw new UserError(
        `PM2 runs ${other.name} of this clone with another data folder:\n  ${folder}\n` +
          `Use that one (export DATA_DIR=${shellQuoted(folder)}), or end it first:\n` +
          `  DATA_DIR=${shellQuoted(folder)} npx taskfleet stop`,
      );
    throw new UserError(
      `PM2 already runs ${other.name} of another clone:\n  ${cwd}\n` +
        'Stop that one first (npm stop, there), or give this one a PM2 of its own:\n' +
        '  PM2_HOME=$HOME/.pm2-taskfleet npm start',
    );
  }

  /** Two versions of PM2 can't share a daemon, so the user decides which one stays. */
  async function refuseOtherVersion(options?: { timeoutMs?: number }) {
    if (!(await pm2.isRunning())) return;
    const [running] = (await pm2.pm2(['report'], options)).match(/pm2d version\s*:\s*(\S+)/)?.slice(1) ?? [];
    const file = path.join(root, 'node_modules', 'pm2', 'package.json');
    const { version: installed } = JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string };
    if (!running || running === installed) return;
    throw new UserError(
      `A PM2 daemon of version ${running} is running (${pm2.home}); this project brings ${installed}.\n` +
        'Update it with `npx pm2 update` (it restarts what runs there), or use a PM2 of its own:\n' +
        '  PM2_HOME=$HOME/.pm2-taskfleet npm start',
    );
  }

  /** @throws UserError if another clone or another version of PM2 is in the way */
  async function check(options?: { timeoutMs?: number }) {
    await refuseOtherVersion(options);
    await refuseOtherClone(options);
  }

  /** @returns the id of the build, by which `npx taskfleet releases` names it, and a digest of its configuration */
  function releaseOf(env: Record<string, string>, build = dist) {
    const hash = crypto.createHash('sha256').update(JSON.stringify(env));
    hash.update(fs.readFileSync(path.join(root, ecosystem)));
    return `${digestOf(build)}-${hash.digest('hex').slice(0, 8)}`;
  }

  /** @returns true if an API worker of another release serves, which a worker that doesn't serve must not replace */
  async function isAnotherServing(release: string | undefined) {
    const others = (await list()).filter((app) => app.name === apiName && app.release !== release);
    const answers = await Promise.all(others.map(({ port = 0 }) => isReady(port).catch(() => false)));
    return answers.includes(true);
  }

  /**
   * Brings both apps up in the state that `env` describes; does nothing if they are in it. Use it only if nothing serves:
   * it replaces running processes whether or not the new ones get ready.
   */
  async function start(env: Record<string, string>): Promise<'started' | 'reloaded' | 'unchanged'> {
    await check();
    await refuseWrongConfiguration(env);
    const release = releaseOf(env);
    const daemonWasRunning = await pm2.isRunning();
    const present = await list();
    const workersBefore = stackFile.read().env?.API_WORKERS;
    stackFile.update({ env, release });

    const missing = names.filter(
      (name) => !present.some((app) => app.name === name && app.status === 'online'),
    );
    for (const name of missing.filter((candidate) => present.some((app) => app.name === candidate))) {
      await pm2.pm2(['delete', name]);
    }
    const outdated = present.some((app) => app.status !== 'online' || app.release !== release);
    if (missing.length < names.length && outdated) {
      await migrate(env);
      await pm2.pm2(['reload', ecosystem, '--update-env'], { timeoutMs: 120_000 });
      // A reload keeps the number of workers, so a `pm2 scale` by hand stays unless another number is wanted.
      if (workersBefore !== env.API_WORKERS && !missing.includes(apiName))
        await scale(Number(env.API_WORKERS));
    }
    if (missing.length > 0)
      await pm2.pm2(['start', ecosystem, '--only', missing.join(',')], { timeoutMs: 120_000 });
    const startedDaemon = daemonWasRunning ? stackFile.read().pm2?.startedDaemon : pm2.daemonPid();
    stackFile.update({ pm2: { home: pm2.home, startedDaemon } });
    if (missing.length > 0) return 'started';
    return outdated ? 'reloaded' : 'unchanged';
  }

  /**
   * Waits until each API worker is ready on its own port, or takes no requests on purpose: an operator drained it, or it
   * stepped aside.
   *
   * @param expected number of workers: many take longer, since they share the cores while they start
   */
  async function waitReady(expected = 0): Promise<void> {
    const timeoutMs = 60_000 + expected * 5_000;
    const lastSaid = markLogs(await list());
    const ask = async () => {
      const workers = (await list()).filter(({ name }) => name === apiName);
      // If another clone's worker was quicker to take the port, that one answers, and ours crashes.
      if (workers.length === 0 || workers.some(({ status }) => status !== 'online')) return false;
      const areReady = workers.map(async (app) => (await isDrained(app)) || isReady(app.port ?? 0));
      return (await Promise.all(areReady)).every(Boolean);
    };
    const what = `An API worker is not ready (npx pm2 logs ${apiName} shows why)`;
    await waitUntil(ask, { timeoutMs, everyMs: 250, what }).catch((error: unknown) => {
      const said = lastSaid({ name: apiName });
      throw new UserError(
        `${messageOf(error)}; ${said ? `its last line: ${said}` : explainSilence(home, apiName)}`,
      );
    });
  }

  const isDrained = async (app: AppProcess) =>
    (await apiStatusOf(socketOf(stackFile.read().env ?? {}, app)))?.draining === true;

  async function scale(workers: number) {
    const present = (await list()).filter(({ name }) => name === apiName);
    if (present.length !== workers)
      await pm2.pm2(['scale', apiName, String(workers)], { timeoutMs: 120_000 });
    await waitReady(workers);
  }

  /** Ends our two apps, and the daemon too if it was started for them and runs nothing else. */
  async function stop() {
    if (!(await pm2.isRunning())) return;
    const present = await list();
    const running = names.filter((name) => present.some((app) => app.name === name));
    if (running.length > 0) await pm2.pm2(['delete', ...running], { timeoutMs: 60_000 });
    const startedByUs = isPrivate || stackFile.read().pm2?.startedDaemon === pm2.daemonPid();
    stackFile.update({ pm2: undefined });
    if (startedByUs && (await pm2.list()).length === 0) await pm2.pm2(['kill']);
  }

  return {
    check,
    appliedMigrations,
    refuseWrongConfiguration,
    start,
    stop,
    scale,
    list,
    waitReady,
    home: pm2.home,
    pm2: pm2.pm2,
    migrate,
    isAnotherServing,
    renewOne: pm2.renewOne,
    isRunning: pm2.isRunning,
    isReady,
    releaseOf,
  };
}
