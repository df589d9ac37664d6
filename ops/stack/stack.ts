// @ts-nocheck
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { checkBalancing } from '../../tools/local-servers/balancing';
import { createApps } from './apps';
import { diskPlaces } from './disk-places';
import { createPm2 } from '../../tools/local-servers/pm2';
import { createRollOut } from './roll-out';
import { createScale } from './scale';
import { createPrivateServers, executables } from '../../tools/local-servers/private-servers';
import { createStackFile } from '../../tools/local-servers/stack-file';
import {
  createSupervisor,
  privateHome,
  ensurePrivate,
  closeHome,
} from '../../tools/local-servers/supervisor';
import { ensureSecret } from '../../tools/local-servers/secrets';
import { publish } from '../set-up/build';
import { findFree } from '../../tools/local-servers/ports';
import { urlsFromEnvironment } from '../../tools/local-servers/server-urls';
import { Balancing } from '../../tools/local-servers/types';

/** Ports kept free for API workers, so that `pm2 scale` up never meets somebody else's. */
const portsPerStack = 16;

/** The PM2 that our apps run under already, if they do; else the one that a plain `pm2` would use. */
function personsHome(stackFile: {
  file?: string;
  read: any;
  update?: (changes: Record<string, any>) => { [x: string]: any };
}) {
  const { home } = stackFile.read().pm2 ?? {};
  const usual = process.env.PM2_HOME || path.join(os.homedir(), '.pm2');
  return home && createPm2({ root: '', home }).isAlive() ? home : usual;
}

/**
 * A stack of private servers and, where wanted, the apps behind NGINX: `npm start` brings up one in .local,
 * tests and benchmarks bring up theirs beside it.
 */
export function createStack({
  root,
  dir,
  basePorts = {},
  urls = urlsFromEnvironment(),
  ownPm2 = false,
  say = () => {},
}: import('./types').StackOptions): import('./types').Stack {
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  const folder = fs.realpathSync(dir);
  fs.chmodSync(folder, 0o700);
  const stackFile = createStackFile(folder);
  const supervisor = createSupervisor({ root, dir: folder, executables });
  const appsHome = ownPm2 ? personsHome(stackFile) : privateHome(folder, 'pm2-apps');
  const servers = createPrivateServers({
    root,
    dir: folder,
    supervisor,
    stackFile,
    basePorts,
    urls,
    appsHome,
    say,
  });
  const apps = createApps({ root, dir: folder, home: appsHome, isPrivate: !ownPm2, stackFile });

  const { rollOut } = createRollOut({ root, dir: folder, apps, stackFile });

  /** NGINX lists more ports than there are workers, so that `pm2 scale` reaches it without a reload. */
  const listedPorts = (count: number) => {
    const base = stackFile.read().ports?.api;
    return Array.from({ length: count }, (_, i) => base + i);
  };

  /** Those of workers that run as well: `pm2 scale` up and down again leaves the youngest ones, at high ports. */
  async function reachablePorts(apiWorkers: number) {
    const listed = listedPorts(Math.max(apiWorkers, os.availableParallelism(), 4));
    const running = (await apps.list()).flatMap(({ port }) => port ?? []);
    return [...new Set([...listed, ...running])].sort((a, b) => a - b);
  }

  async function chooseApiPorts() {
    const { ports } = stackFile.read();
    const present = await apps.list();
    const running = present.length > 0;
    const [first] = present.filter(({ port }) => port).map(({ port, instance }) => port - instance);
    const wanted = ports?.api ?? first ?? basePorts.api ?? 4101;
    const api = running ? wanted : await findFree(wanted, { size: portsPerStack, step: 20 });
    stackFile.update({ ports: { ...stackFile.read().ports, api } });
  }

  async function startServers({
    only = ['mongo', 'redis', 'rabbit'],
    apiWorkers = os.availableParallelism(),
    balancing = checkBalancing(),
    onReady,
  } = {}) {
    const left = await supervisor.endLeftovers();
    if (left.length > 0) say(`ended ${left.length} processes that a killed supervisor had left`);
    if (only.includes('nginx')) await chooseApiPorts();
    const upstream = only.includes('nginx')
      ? { ...stackFile.read().upstream, apiPorts: await reachablePorts(apiWorkers), balancing }
      : stackFile.read().upstream;
    await servers.start(only, { upstream, onReady });
    const { url } = stackFile.read().services.nginx ?? {};
    stackFile.update({ url, upstream, supervisor: { home: supervisor.home } });
    return info();
  }

  /** What the apps are told, unless the caller says otherwise. */
  function appEnvironment(apiWorkers: number, env: { JWT_SECRET?: any }) {
    const { services = {}, ports = {}, url = '' } = stackFile.read();
    return {
      BALANCER_URL: url,
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      BASE_PORT: String(ports.api),
      API_WORKERS: String(apiWorkers),
      MONGO_URL: services.mongo?.url ?? '',
      REDIS_URL: services.redis?.url ?? '',
      AMQP_URL: services.rabbit?.url ?? '',
      JWT_SECRET_FILE: env.JWT_SECRET ? '' : ensureSecret(path.join(folder, 'jwt-secret')),
      EXPOSE_WORKER: 'true',
      RATE_LIMIT_EXEMPT_LOOPBACK: 'true',
      DISK_PLACES: JSON.stringify(diskPlaces({ dir: folder, appsHome, urls })),
      ...env,
    };
  }

  /** Before a server is touched; addresses that aren't known yet are left out of it. */
  async function checkConfiguration({ apiWorkers = os.availableParallelism(), env = {}, build } = {}) {
    const wanted = appEnvironment(apiWorkers, env);
    const { BASE_PORT, MONGO_URL } = wanted;
    const unknown = {
      BASE_PORT: stackFile.read().ports?.api ? BASE_PORT : '',
      MONGO_URL: urls.mongo || MONGO_URL || 'mongodb://is-started-later',
      ...(urls.redis && { REDIS_URL: urls.redis }),
      ...(urls.rabbit && { AMQP_URL: urls.rabbit }),
    };
    return apps.refuseWrongConfiguration({ ...wanted, ...unknown }, build);
  }

  async function startApps({
    apiWorkers = os.availableParallelism(),
    env = {},
    build,
    say: tell = say,
    status,
  } = {}) {
    if (ownPm2) closeHome(appsHome);
    else ensurePrivate(appsHome);
    if (!stackFile.read().ports?.api) await chooseApiPorts();
    await apps.check();
    const wanted = appEnvironment(apiWorkers, env);
    const replaced = await apps.isAnotherServing(apps.releaseOf(wanted, build));
    if (replaced) await replaceServing(wanted, build, { say: tell, status });
    else if (build) publish(build, path.join(root, 'dist'));
    const outcome = await apps.start(wanted);
    await resumeDrained(tell);
    await apps.waitReady(apiWorkers);
    await shareOrigins(wanted);
    // Where nothing served there was nothing better to go back to.
    stackFile.update({ unproven: undefined });
    return replaced && outcome === 'unchanged' ? 'reloaded' : outcome;
  }

  /** NGINX answers pages of the origins that the apps answer. */
  async function shareOrigins({ CORS_ORIGINS: corsOrigins = '' }) {
    const { services = {}, upstream } = stackFile.read();
    if (services.nginx && corsOrigins !== (upstream?.corsOrigins ?? '')) await tellNginx({ corsOrigins });
  }

  async function replaceServing(
    env: Record<string, string>,
    build = path.join(root, 'dist'),
    tell: {
      say: any;
      status?: any;
      build?: string;
      env?: Record<string, string>;
      limitMs?: number | undefined;
    },
  ) {
    await apps.refuseWrongConfiguration(env, build);
    // With its own patience: a trial has half a minute.
    await apps.migrate(env, build);
    const workersBefore = stackFile.read().env?.API_WORKERS;
    await rollOut({ build, env, ...tell });
    // Somebody's own `pm2 scale` stays unless another number is asked for.
    if (workersBefore !== env.API_WORKERS) await scaleUnderLoad(Number(env.API_WORKERS), tell.say);
  }

  async function replaceApps({ build, apiWorkers, env = {}, limitMs, say: tell = say, status }) {
    await apps.check();
    const wanted = appEnvironment(apiWorkers, env);
    const outcome = await rollOut({ build, env: wanted, limitMs, say: tell, status });
    await shareOrigins(wanted);
    return outcome;
  }

  const { scaleUnderLoad, resumeDrained } = createScale({ apps, stackFile, listPorts: tellNginx });

  async function scaleApi(workers: number) {
    await apps.scale(workers);
    if (stackFile.read().services.nginx) await listWorkers();
  }

  async function listWorkers(count: number | undefined) {
    // Down takes the oldest workers away, which are not those with the highest ports.
    const running = (await apps.list()).flatMap(({ port }) => port ?? []).sort((a, b) => a - b);
    await tellNginx({ apiPorts: running.slice(0, count) });
  }

  /** Has NGINX's configuration written anew; what isn't named stays as it was. */
  async function tellNginx(changes: { corsOrigins?: string; apiPorts?: number[]; balancing?: Balancing }) {
    const upstream = { ...stackFile.read().upstream, ...changes };
    if (!upstream.apiPorts) throw new Error('NGINX was not started yet');
    await servers.start(['nginx'], { upstream });
    stackFile.update({ upstream });
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
    startServers,
    startApps,
    replaceApps,
    scaleUnderLoad,
    scaleApi,
    listWorkers,
    setBalancing: (balancing) => tellNginx({ balancing }),
    stop,
    checkApps: apps.check,
    checkConfiguration,
    stopApps: apps.stop,
    server: servers.server,
    apps: apps.list,
    isPm2Running: apps.isRunning,
    pm2: apps.pm2,
    info,
    stackFile,
    appEnvironment,
  };
}
