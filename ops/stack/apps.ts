import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { apiName, appOf, workerName, type AppName } from './app-names';
import { pm2Call, pm2NameOf } from '../../src/command-line/pm2-call';
import { appVariables, doctorVariables } from '../../src/config/app-environment';
import { drainTimes } from '../../src/config/time-limits';
import { httpAddress } from '../../src/lib/http-address';
import { apiDoorPort, doorsOf, jobDoorPort } from '../../src/config/door-ports';
import { messageOf } from '../../src/lib/error-code';
import { askStatus } from './ask-status';
import { apiStatusOf, socketOf } from './control';
import { createBuildCommands } from './build-commands';
import { buildDigestOf } from '../set-up/build';
import { createPm2, type Pm2Process } from '../../tools/local-servers/pm2';
import type { createStackFile } from '../../tools/local-servers/stack-file';
import { explainSilence, markLogs } from '../../tools/local-servers/app-logs';
import { marker } from '../../tools/command/processes';
import { UserError, waitUntil } from '../../tools/command/run-command';
import { refuseOthers, type CheckOptions } from './refuse-others';
import type { AppProcess } from './types';

const names: AppName[] = [apiName, workerName];

export type Apps = ReturnType<typeof createApps>;

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
  const unset = Object.fromEntries([...appVariables, ...doctorVariables].map((name) => [name, undefined]));
  const own = isPrivate ? { [marker]: dir } : {};
  const { refuseWrongConfiguration, refuseMisfit, migrate, appliedMigrations } = createBuildCommands(dist);
  const pm2 = createPm2({ root, home, env: { ...unset, ...own, TASKFLEET_DIR: dir } });

  const addressOf = (port: number) => httpAddress(stackFile.read().env?.HOST, port);

  const isReady = async (port: number): Promise<boolean> =>
    (await askStatus(`${addressOf(port)}/health/ready`, 3_000)) === 200;

  /** One clone can serve from several data folders, though not under one PM2. */
  const isOurs = ({ pm2_env: { pm_cwd: cwd, TASKFLEET_DIR: folder = dir } }: Pm2Process) =>
    cwd === root && folder === dir;

  /** @param options prefix: KEY_PREFIX; default: that of the last start */
  const check = ({ prefix = stackFile.read().env?.KEY_PREFIX, ...options }: CheckOptions = {}) =>
    refuseOthers({ pm2, root, isOurs }, { prefix, ...options });

  async function list(options?: { timeoutMs?: number }): Promise<AppProcess[]> {
    const started = stackFile.read().env;
    return (await pm2.list(options)).filter(isOurs).flatMap((process_) => {
      const { name: pm2Name, pid, pm_id: id, pm2_env: env } = process_;
      const name = appOf(env.pm_exec_path);
      if (!name) return [];
      const instance = Number(env.NODE_APP_INSTANCE ?? 0);
      // The stack's file may be lost or damaged while they run.
      const variables = started ?? env;
      const isApi = name === apiName;
      const port = isApi ? Number(variables.BASE_PORT) + instance : undefined;
      const doors = doorsOf(variables);
      const doorPort = (isApi ? apiDoorPort : jobDoorPort)(doors.port, instance);
      const door = `http://${doors.host}:${doorPort}`;
      const {
        status,
        restart_time: restarts,
        unstable_restarts: crashes = 0,
        TASKFLEET_RELEASE: release,
      } = env;
      const logs = [env.pm_err_log_path, env.pm_out_log_path];
      return [{ name, pm2Name, pid, id, instance, port, door, status, restarts, crashes, release, logs }];
    });
  }

  /** @returns the id of the build, by which `npx taskfleet releases` names it, and a digest of its configuration */
  function releaseOf(env: Record<string, string>, build = dist) {
    const hash = crypto.createHash('sha256').update(JSON.stringify(env));
    hash.update(fs.readFileSync(path.join(root, ecosystem)));
    return `${buildDigestOf(build)}-${hash.digest('hex').slice(0, 8)}`;
  }

  /**
   * @returns true if an API worker of another release serves, or would if no operator had drained it: a worker that does
   *   not boot must not replace it
   */
  async function isAnotherServing(release: string | undefined) {
    const others = (await list()).filter((app) => app.name === apiName && app.release !== release);
    const answers = await Promise.all(others.map((app) => isReadyOrDrained(app).catch(() => false)));
    return answers.includes(true);
  }

  /**
   * Brings both apps up in the state that `env` describes; does nothing if they are in it. Use it only if nothing serves:
   * it replaces running processes whether or not the new ones get ready.
   */
  async function start(env: Record<string, string>): Promise<'started' | 'reloaded' | 'unchanged'> {
    await check({ prefix: env.KEY_PREFIX });
    await refuseWrongConfiguration(env);
    const release = releaseOf(env);
    const daemonWasRunning = await pm2.isRunning();
    const present = await list();
    const workersBefore = stackFile.read().env?.API_WORKERS;
    stackFile.update({ env, release });
    const nameOf = (name: AppName) => pm2NameOf(name, env.KEY_PREFIX);

    // PM2 cannot rename what runs. Processes of this release, which a roll-out replaced, keep their names until a stop.
    const isKept = (app: AppProcess) =>
      app.status === 'online' && (app.pm2Name === nameOf(app.name) || app.release === release);
    const missing = names.filter((name) => !present.some((app) => app.name === name && isKept(app)));
    await remove(present.filter(({ name }) => missing.includes(name)));
    const outdated = present.some((app) => app.status !== 'online' || app.release !== release);
    if (missing.length < names.length && outdated) {
      await migrate(env);
      await pm2.pm2(['reload', ecosystem, '--update-env'], { timeoutMs: 120_000 });
      // A reload keeps the number of workers, so a `pm2 scale` by hand stays unless another number is wanted.
      if (workersBefore !== env.API_WORKERS && !missing.includes(apiName))
        await scale(Number(env.API_WORKERS));
    }
    if (missing.length > 0)
      await pm2.pm2(['start', ecosystem, '--only', missing.map(nameOf).join(',')], { timeoutMs: 120_000 });
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
      return (await Promise.all(workers.map(isReadyOrDrained))).every(Boolean);
    };
    const [first] = (await list()).filter(({ name }) => name === apiName);
    const logs = first?.pm2Name ?? apiName;
    const what = `An API worker is not ready (${pm2Call(home, `logs ${logs}`)} shows why)`;
    await waitUntil(ask, { timeoutMs, everyMs: 250, what }).catch((error: unknown) => {
      const said = lastSaid({ name: apiName });
      throw new UserError(
        `${messageOf(error)}; ${said ? `its last line: ${said}` : explainSilence(home, logs)}`,
      );
    });
  }

  /** @returns true if the worker takes no requests since an operator drained this host */
  const isHostDrained = async (app: AppProcess) =>
    (await apiStatusOf(socketOf(stackFile.read().env ?? {}, app)))?.hostDrained === true;

  const isDrained = async (app: AppProcess) =>
    (await apiStatusOf(socketOf(stackFile.read().env ?? {}, app)))?.draining === true;

  const isReadyOrDrained = async (app: AppProcess) => (await isDrained(app)) || isReady(app.port ?? 0);

  async function scale(workers: number) {
    const present = (await list()).filter(({ name }) => name === apiName);
    const { pm2Name = apiName } = present[0] ?? {};
    if (present.length !== workers)
      await pm2.pm2(['scale', pm2Name, String(workers)], { timeoutMs: 120_000 });
    await waitReady(workers);
  }

  async function remove(apps: AppProcess[]) {
    const ids = apps.map(({ id }) => String(id));
    if (ids.length === 0) return;
    // PM2 ends one after the other.
    const { serveMs } = drainTimes(Number(stackFile.read().env?.DRAIN_MS ?? 0));
    await pm2.pm2(['delete', ...ids], { timeoutMs: 60_000 + ids.length * serveMs });
  }

  /** Ends our two apps, and the daemon too if it was started for them and runs nothing else. */
  async function stop() {
    if (!(await pm2.isRunning())) return;
    await remove(await list());
    const startedByUs = isPrivate || stackFile.read().pm2?.startedDaemon === pm2.daemonPid();
    stackFile.update({ pm2: undefined });
    if (startedByUs && (await pm2.list()).length === 0) await pm2.pm2(['kill']);
  }

  return {
    check,
    appliedMigrations,
    refuseWrongConfiguration,
    refuseMisfit,
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
    isHostDrained,
    releaseOf,
  };
}
