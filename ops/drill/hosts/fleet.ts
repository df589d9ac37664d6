import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { askProcess } from '../../../src/control/control-client';
import { listLiving, type ControlSocket } from '../../../src/control/control-folder';
import { runCommand, UserError, waitUntil } from '../../../tools/command/run-command';
import { typescript } from '../../../tools/command/typescript';
import { ensureAdmin } from '../../local/admin-account';
import { root } from '../../set-up/prepare';
import { apiName } from '../../stack/app-names';
import { createStack } from '../../stack/stack';
import { keysFile } from '../../stack/token-keys';
import type { Stack } from '../../stack/types';
import type { Account } from '../load';

import { EDGE } from '../network/network';
import { folder, HOSTS, network } from './places';

export const WORKERS = 2;
const BASE_PORT = 4001;
const EDGE_PORT = 8080;
/** Twice the workers, so that NGINX lists idle ports as well, as hosts have them. */
const LISTED = 2 * WORKERS;
const { addressOf, onHost } = network;
const folderOf = (name: string) => path.join(folder, name);
const urlOfEdge = `http://${addressOf(EDGE)}:${EDGE_PORT}`;

/** What the start of a host gets: the place and the variables of its workers. */
export interface HostOptions {
  dir: string;
  urls: { mongo: string; redis: string; rabbit: string };
  env: Record<string, string>;
}

export const openHost = ({ dir: home, urls }: Pick<HostOptions, 'dir' | 'urls'>): Stack =>
  createStack({ root, dir: home, basePorts: { api: BASE_PORT }, urls, role: 'workers' });

/** Starts NGINX and the servers here, and the workers on the other hosts. */
export async function startFleet(say: (text: string) => void) {
  const edge = {
    API_HOSTS: HOSTS.map((name) => `${addressOf(name)}:${BASE_PORT}-${BASE_PORT + LISTED - 1}`).join(),
    LISTEN: `${addressOf(EDGE)}:${EDGE_PORT}`,
  };
  const here = createStack({ root, dir: folderOf(EDGE), urls: {}, edge });
  const { services, ports } = await here.startServers({
    only: ['mongo', 'redis', 'rabbit', 'nginx'],
    apiWorkers: 1,
  });
  say('NGINX and the servers run');
  const relay = startRelay([ports.mongo, ports.redis, ports.rabbit].map(Number));
  const fromAfar = (url = '') =>
    url.replace('127.0.0.1', addressOf(EDGE)).replace('localhost', addressOf(EDGE));
  const mongo = fromAfar(services.mongo?.url);
  const urls = { mongo, redis: fromAfar(services.redis?.url), rabbit: fromAfar(services.rabbit?.url) };
  const common = { BCRYPT_COST: '8', LOG_LEVEL: 'warn' };
  const admin = await ensureAdmin({
    root,
    dir: folderOf(EDGE),
    env: here.appEnvironment(WORKERS, common),
  });
  if (!admin) throw new UserError('The database of the drill is not empty.');

  const optionsOf = (name: string): HostOptions => ({
    dir: folderOf(name),
    urls,
    env: {
      ...common,
      HOST: addressOf(name),
      TASKFLEET_HOST: name,
      BALANCER_URL: urlOfEdge,
      TRUST_PROXY: addressOf(EDGE),
      LIMIT_EXEMPT: 'loopback',
      EXPOSE_WORKER: 'true',
      JWT_SECRETS_FILE: keysFile(folderOf(EDGE)),
      DISK_PLACES: '',
    },
  });

  async function start(name: string): Promise<void> {
    const program = [process.execPath, ...typescript, path.join(__dirname, 'start-host.ts')];
    const args = onHost(name, [...program, JSON.stringify(optionsOf(name))]);
    const { code, stdout, stderr } = await runCommand('nsenter', args, { timeoutMs: 180_000 });
    if (code !== 0) throw new UserError(`Host ${name} did not start:\n${stdout}${stderr}`);
    say(`host ${name} runs`);
  }

  const runDirs = Object.fromEntries(
    HOSTS.map((name) => [
      name,
      openHost(optionsOf(name)).appEnvironment(WORKERS, optionsOf(name).env).RUN_DIR!,
    ]),
  );
  const workersOf = (name: string): ControlSocket[] =>
    listLiving(runDirs[name]!).filter((socket) => socket.name.startsWith('api-'));
  for (const name of HOSTS) await start(name);
  const password = fs.readFileSync(admin.passwordFile, 'utf8').trim();

  return {
    account: { url: services.nginx?.url ?? '', email: admin.email, password } satisfies Account,
    start,
    /** Takes all workers of a host out of NGINX. */
    drain: (name: string) =>
      Promise.all(workersOf(name).map((socket) => askProcess(socket, 'POST /drain', { timeoutMs: 40_000 }))),
    /** Replaces the workers of a host, and returns once all serve. */
    async reload(name: string) {
      await openHost(optionsOf(name)).pm2(['reload', apiName], { timeoutMs: 120_000 });
      await waitUntil(() => areServing(workersOf(name)), {
        timeoutMs: 30_000,
        what: `the workers of ${name} do not serve`,
      });
    },
    async stop() {
      relay.kill();
      await here.stop();
    },
  };
}

async function areServing(sockets: ControlSocket[]): Promise<boolean> {
  const statuses = await Promise.all(
    sockets.map((socket) => askProcess(socket, 'GET /status').catch(() => undefined)),
  );
  const serving = statuses.filter((status) => status?.kind === 'api' && status.serving);
  return serving.length >= WORKERS;
}

/** Lets the other hosts reach the servers, which listen on loopback. */
function startRelay(ports: number[]): ChildProcess {
  const file = path.join(__dirname, 'relay.ts');
  const args = [...typescript, file, addressOf(EDGE), ...ports.map(String)];
  return spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
}
