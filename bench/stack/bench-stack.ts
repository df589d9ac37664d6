import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import { createStack, type ServerName } from '../../scripts/stack/stack';
import { findParents, LOAD_GENERATOR, type ProcessGroup } from '../figures/cpu-time';
import { releaseQuotas } from '../quota/quota';
import { benchFolder, root } from '../store/folders';
import type { Setup } from '../store/result-types';

export type BenchStack = Awaited<ReturnType<typeof startBenchStack>>;

interface UseOptions {
  /** Clients are connected when workers stop. */
  drains?: boolean;
  /** Another cost of a password than the environment says. */
  bcryptCost?: number;
}

interface BenchStackOptions {
  signal: AbortSignal;
  say: (text: string) => void;
}

const folder = path.join(benchFolder, 'stack');
const SERVERS: ServerName[] = ['mongo', 'redis', 'rabbit', 'nginx'];

/** Servers of its own, also where the environment names some: a benchmark fills a database with people. */
const openStack = (say?: (text: string) => void) =>
  createStack({ root, dir: folder, basePorts: { nginx: 3400, api: 4401 }, urls: {}, say });

/** Ends what an earlier bench may have left, and does nothing where there is nothing. */
export async function stopBenchStack(): Promise<void> {
  // First: what is held to a small part of a core takes long to stop.
  await releaseQuotas();
  if (!existsSync(folder)) return;
  const stack = openStack();
  // Ctrl-C ends the commands that stopping consists of as well: then once more.
  await stack.stop().catch(() => stack.stop());
}

/** The same servers and apps as `npm start` brings up, beside it, with an empty database. */
export async function startBenchStack({ signal, say }: BenchStackOptions) {
  await stopBenchStack();
  rmSync(folder, { recursive: true, force: true });
  const stack = openStack(say);
  signal.throwIfAborted();
  // What the environment says, before minutes are spent on it.
  await stack.checkConfiguration();
  await stack.startServers({ only: SERVERS });
  const pidOf = async (name: ServerName) => [(await stack.server(name).pid()) ?? 0];
  const pids = {
    mongo: await pidOf('mongo'),
    redis: await pidOf('redis'),
    rabbit: await pidOf('rabbit'),
    nginx: await pidOf('nginx'),
  };
  const url = `http://127.0.0.1:${stack.info().ports.nginx}`;

  let processes: ReturnType<typeof lookAtProcesses> | undefined;

  async function stopApps(): Promise<void> {
    processes = undefined;
    await stack.stopApps();
  }

  /** What workers without Redis changed, no entry knows of. */
  async function emptyCache(): Promise<void> {
    const redis = new Redis(stack.info().services.redis?.url ?? '', { maxRetriesPerRequest: 3 });
    await redis.flushdb().finally(() => redis.disconnect());
  }

  /** Starts the apps anew, so that each run begins with processes of the same age. */
  async function use(setup: Setup, { drains = false, bcryptCost }: UseOptions = {}): Promise<void> {
    signal.throwIfAborted();
    await stopApps();
    signal.throwIfAborted();
    await emptyCache();
    const env = {
      HASH_THREADS: String(setup.hashThreads),
      BCRYPT_COST: String(bcryptCost ?? process.env.BCRYPT_COST ?? ''),
      // A token is to last as long as the bench.
      JWT_TTL_SECONDS: '86400',
      ...(!setup.cache && { REDIS_URL: '' }),
      // Where nobody is connected while they are stopped.
      ...(!drains && { DRAIN_MS: '0' }),
    };
    await stack.startApps({ apiWorkers: setup.workers, env });
    // NGINX shall list exactly these workers.
    await stack.scaleApi(setup.workers);
    await stack.setBalancing(setup.balancing);
  }

  /** By name as in X-Worker, in the order of their ports. */
  async function apiWorkers(): Promise<{ name: string; pid: number }[]> {
    const workers = (await stack.apps()).filter(({ name }) => name === 'taskfleet-api');
    return workers
      .sort((a, b) => a.instance - b.instance)
      .map(({ instance, pid }) => ({ name: `api-${instance}`, pid }));
  }

  /** Whose CPU time is told apart, and where workers are asked for their counts. */
  async function lookAtProcesses() {
    const apps = await stack.apps();
    const pidsOf = (name: string) => apps.filter((app) => app.name === name).map(({ pid }) => pid);
    const apiPids = pidsOf('taskfleet-api');
    const groups: ProcessGroup[] = [
      { name: 'API', pids: apiPids, byThread: true },
      { name: 'NGINX', pids: pids.nginx },
      { name: 'MongoDB', pids: pids.mongo },
      { name: 'Redis', pids: pids.redis },
      { name: 'RabbitMQ', pids: pids.rabbit },
      { name: 'PM2', pids: findParents([...apiPids, ...pids.mongo]), alone: true },
      { name: 'job worker', pids: pidsOf('taskfleet-worker') },
      { name: LOAD_GENERATOR, pids: [process.pid] },
    ];
    return { groups, apiPids, workerPorts: apps.flatMap(({ port }) => port ?? []) };
  }

  return {
    url,
    folder,
    info: stack.info,
    use,
    stopApps,
    apiWorkers,
    listWorkers: stack.listWorkers,
    setBalancing: stack.setBalancing,
    nginxPids: pids.nginx,
    /** Looked up once for each start of the apps. */
    processes: () => (processes ??= lookAtProcesses()),
    /** `pm2 reload`; other processes come into being. */
    async reload(): Promise<void> {
      await stack.pm2(['reload', 'taskfleet-api'], { timeoutMs: 120_000 });
      processes = undefined;
    },
    /** As the apps are told. */
    bcryptCost: () => Number(process.env.BCRYPT_COST || 10),
  };
}
