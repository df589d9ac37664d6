import fs from 'node:fs';
import path from 'node:path';
import { isProduction, limitExemptOf } from '../../src/config/profile';
import { cores } from '../../src/process/cores';
import { checkBalancing } from '../../tools/local-servers/balancing';
import { createApiPorts } from './api-ports';
import { createApps } from './apps';
import { diskPlaces } from './disk-places';
import { openFolder } from './open-folder';
import { createNginx } from './nginx';
import { createRollOut } from './roll-out';
import { createScale } from './scale';
import { leaveServers } from './role';
import { keyVariables } from './token-keys';
import { createPrivateServers, executables } from '../../tools/local-servers/private-servers';
import { createStackFile } from '../../tools/local-servers/stack-file';
import {
  createSupervisor,
  privateHome,
  ensurePrivate,
  closeHome,
  usersHome,
  runDirIn,
} from '../../tools/local-servers/supervisor';
import { publish } from '../set-up/build';
import { UserError } from '../../tools/command/run-command';
import { urlsFromEnvironment } from '../../tools/local-servers/server-urls';
import type { ServerName } from '../../tools/local-servers/types';
import type { Stack, StackOptions, Tell } from './types';

const withoutNginx: ServerName[] = ['mongo', 'redis', 'rabbit'];

/**
 * Creates a stack: private servers and, if wanted, the apps behind NGINX. `npm start` brings up one in .local; tests and
 * benchmarks bring up their own beside it.
 */
export function createStack({
  root,
  dir,
  basePorts = {},
  urls = urlsFromEnvironment(),
  edge = {},
  ownPm2 = false,
  role = 'all',
  turn = (_, __, work) => work(),
  say = () => {},
}: StackOptions): Stack {
  const folder = openFolder(root, dir);
  const stackFile = createStackFile(folder);
  const supervisor = createSupervisor({ root, dir: folder, executables });
  const appsHome = ownPm2 ? usersHome(stackFile.read().pm2?.home) : privateHome(folder, 'pm2-apps');
  const own = { root, dir: folder, stackFile };
  const servers = createPrivateServers({ ...own, supervisor, basePorts, urls, appsHome, say });
  const apps = createApps({ ...own, home: appsHome, isPrivate: !ownPm2 });

  const isWorkers = role === 'workers';
  const apiPorts = createApiPorts({
    apps,
    stackFile,
    basePort: basePorts.api,
    isFixed: isWorkers,
    internalPort: basePorts.internal,
  });
  const nginx = createNginx({ dir: folder, apps, servers, stackFile, edge });
  const { rollOut: replaceAll, keepServing } = createRollOut({ root, dir: folder, apps, stackFile });

  const rollOut: typeof replaceAll = (options) =>
    turn(options.env, options, async () => {
      if ((await apps.list()).length > 0) return replaceAll(options);
      throw new UserError(
        'The workers were stopped while this command waited. Nothing was changed. Run: npm start',
      );
    });

  const startServers: Stack['startServers'] = async ({
    only = withoutNginx,
    apiWorkers = cores.count,
    balancing = checkBalancing(),
    onReady,
  } = {}) => {
    const left = await supervisor.endLeftovers();
    if (left.length > 0) say(`ended ${left.length} processes that a killed supervisor had left`);
    if (isWorkers) await leaveServers(servers, stackFile);
    if (only.includes('nginx')) await apiPorts.choose({ INTERNAL_HOST: process.env.INTERNAL_HOST });
    const upstream = only.includes('nginx')
      ? await nginx.prepare({ apiPorts: await apiPorts.reachable(apiWorkers), balancing })
      : stackFile.read().upstream;
    await servers.start(only, { upstream, onReady });
    if (only.includes('nginx')) nginx.finish();
    const { url } = stackFile.read().services?.nginx ?? {};
    stackFile.update({ role, url, upstream, supervisor: { home: supervisor.home } });
    return info();
  };

  const choices: Stack['choices'] = (apiWorkers, env) => {
    const { services = {}, ports = {}, url = '', env: before } = stackFile.read();
    return {
      BALANCER_URL: url,
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      // Another host's processes may run on this machine, at another address and the same port.
      ...(isWorkers && { HOST: before?.HOST ?? '', RUN_DIR: runDirIn(folder) }),
      BASE_PORT: String(ports.api ?? ''),
      API_WORKERS: String(apiWorkers),
      MONGO_URL: urls.mongo ?? services.mongo?.url ?? '',
      REDIS_URL: urls.redis ?? services.redis?.url ?? '',
      AMQP_URL: urls.rabbit ?? services.rabbit?.url ?? '',
      EXPOSE_WORKER: String(!isProduction(edge)),
      LIMIT_EXEMPT: limitExemptOf({ ...edge, ...env }),
      DISK_PLACES: JSON.stringify(diskPlaces({ dir: folder, appsHome, urls, role })),
    };
  };

  /** @returns the variables of the apps; those of `env` win */
  const appEnvironment: Stack['appEnvironment'] = (apiWorkers, env) => ({
    ...choices(apiWorkers, env),
    ...env,
    ...keyVariables(folder, env, role),
  });

  /** Runs before a server is touched, so addresses that aren't known yet are left out. */
  const checkConfiguration: Stack['checkConfiguration'] = async ({
    apiWorkers = cores.count,
    env = {},
    build,
  } = {}) => {
    const wanted = appEnvironment(apiWorkers, env);
    const { MONGO_URL } = wanted;
    const unknown = {
      BASE_PORT: String(stackFile.read().ports?.api ?? basePorts.api ?? ''),
      MONGO_URL: urls.mongo || MONGO_URL || 'mongodb://is-started-later',
      ...(urls.redis && { REDIS_URL: urls.redis }),
      ...(urls.rabbit && { AMQP_URL: urls.rabbit }),
    };
    return apps.refuseWrongConfiguration({ ...wanted, ...unknown }, build);
  };

  const startApps: Stack['startApps'] = async ({
    apiWorkers = cores.count,
    env = {},
    build,
    say: sayHere = say,
    status,
  } = {}) => {
    if (ownPm2) closeHome(appsHome);
    else ensurePrivate(appsHome);
    if (isWorkers || !stackFile.read().ports?.api) await apiPorts.choose(appEnvironment(apiWorkers, env));
    await apps.check();
    const wanted = appEnvironment(apiWorkers, env);
    if (isWorkers) (await apps.refuseMisfit(wanted, build)).forEach(sayHere);
    const replaced = await apps.isAnotherServing(apps.releaseOf(wanted, build));
    if (replaced) await replaceServing(wanted, build, { say: sayHere, status });
    else if (build) publish(build, path.join(root, 'dist'));
    const outcome = await apps.start(wanted);
    await resumeDrained(sayHere);
    await apps.waitReady(apiWorkers);
    await nginx.follow(wanted);
    // If nothing served before, there is nothing better to go back to.
    stackFile.update({ leaving: undefined });
    keepServing({ say: sayHere });
    return replaced && outcome === 'unchanged' ? 'reloaded' : outcome;
  };

  async function replaceServing(env: Record<string, string>, build = path.join(root, 'dist'), tell: Tell) {
    await apps.refuseWrongConfiguration(env, build);
    // Not within the trial, which has half a minute.
    await apps.migrate(env, build);
    const workersBefore = stackFile.read().env?.API_WORKERS;
    await rollOut({ build, env, ...tell });
    // A `pm2 scale` by hand stays unless another number is wanted.
    if (workersBefore !== env.API_WORKERS) await scaleUnderLoad(Number(env.API_WORKERS), tell.say);
  }

  const replaceApps: Stack['replaceApps'] = async ({
    build,
    apiWorkers,
    env = {},
    limitMs,
    isRollback,
    say: sayHere = say,
    status,
  }) => {
    await apps.check();
    const wanted = appEnvironment(apiWorkers, env);
    if (isWorkers) (await apps.refuseMisfit(wanted, build)).forEach(sayHere);
    const outcome = await rollOut({ build, env: wanted, limitMs, isRollback, say: sayHere, status });
    // Has stack.json name servers that this reload took by their URLs. A rollback keeps the servers that run, whatever
    // the configuration file names meanwhile.
    const taken = [wanted.MONGO_URL, wanted.REDIS_URL, wanted.AMQP_URL];
    await servers.start(
      withoutNginx.filter((name) => {
        const url = urls[name as keyof typeof urls];
        return url && taken.includes(url);
      }),
    );
    await nginx.follow(wanted);
    return outcome;
  };

  const { scaleUnderLoad, resumeDrained } = createScale({ apps, stackFile, listPorts: nginx.update });

  async function scaleApi(workers: number) {
    await apps.scale(workers);
    if (stackFile.read().services?.nginx) await nginx.list();
  }

  async function stop() {
    await apps.stop();
    await supervisor.kill(['nginx']);
    if (!ownPm2 && !appsHome.startsWith(folder)) fs.rmSync(appsHome, { recursive: true, force: true });
  }

  function info() {
    const { ports = {}, services = {}, url, env = {}, release } = stackFile.read();
    const named = Object.values(services).map(({ name, version }) =>
      [name, version].filter(Boolean).join(' '),
    );
    return { dir: folder, url, ports, services, servers: named, env, release, pm2Home: apps.home };
  }

  return {
    role,
    startServers,
    startApps,
    replaceApps,
    scaleUnderLoad,
    scaleApi,
    listWorkers: nginx.list,
    checkNginx: isWorkers ? async () => [] : nginx.check,
    reloadNginx: isWorkers ? async () => {} : nginx.reload,
    setBalancing: (balancing) => nginx.update({ balancing }),
    stop,
    checkApps: apps.check,
    checkConfiguration,
    stopApps: apps.stop,
    server: servers.server,
    rotatePassword: servers.rotatePassword,
    apps: apps.list,
    appliedMigrations: apps.appliedMigrations,
    isPm2Running: apps.isRunning,
    pm2: apps.pm2,
    info,
    stackFile,
    choices,
    appEnvironment,
  };
}
