import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import { createStack } from '../../ops/stack/stack';
import type { ServerName } from '../../tools/local-servers/types';
import { releaseQuotas } from '../../tools/quota/quota';
import { findParents, LOAD_GENERATOR, type ProcessGroup } from '../figures/cpu-time';
import { root } from '../../tools/command/root';
import { benchFolder } from '../store/folders';
import type { Setup } from '../store/result-types';

type StackInfo = ReturnType<ReturnType<typeof createStack>['info']>;
export type BenchStack = Awaited<ReturnType<typeof startBenchStack>>;

interface UseOptions {
  /** True if clients are connected when workers stop. */
  drains?: boolean;
  /** Cost of a password, if it differs from BCRYPT_COST. */
  bcryptCost?: number;
  /** True if workers are held to quotas, and are to serve as they are instead of stepping aside. */
  areHeld?: boolean;
}

const folder = path.join(benchFolder, 'stack');
const SERVERS: ServerName[] = ['mongo', 'redis', 'rabbit', 'nginx'];

/** Ignores servers of the environment: a benchmark fills a database with people. */
const openStack = (say?: (text: string) => void) =>
  createStack({ root, dir: folder, basePorts: { nginx: 3400, api: 4401 }, urls: {}, say });

/** Stops what an earlier bench may have left. */
export async function stopBenchStack(): Promise<void> {
  // Quotas first: a process that is held to a small part of a core takes long to stop.
  await releaseQuotas();
  if (!existsSync(folder)) return;
  const stack = openStack();
  // Ctrl-C also ends the commands of which stopping consists: then it is done once more.
  await stack.stop().catch(() => stack.stop());
}

/** Starts the same servers as `npm start`, beside them, with an empty database. */
export async function startBenchStack({ signal, say }: { signal: AbortSignal; say: (text: string) => void }) {
  await stopBenchStack();
  rmSync(folder, { recursive: true, force: true });
  const stack = openStack(say);
  signal.throwIfAborted();
  // A wrong environment fails here, before minutes are spent.
  await stack.checkConfiguration();
  await stack.startServers({ only: SERVERS });
  const pidOf = async (name: ServerName) => [(await stack.server(name).pid()) ?? 0];
  const [mongo, redis, rabbit, nginx] = [
    await pidOf('mongo'),
    await pidOf('redis'),
    await pidOf('rabbit'),
    await pidOf('nginx'),
  ];
  let processes: ReturnType<typeof findProcesses> | undefined;

  async function stopApps(): Promise<void> {
    processes = undefined;
    await stack.stopApps();
  }

  /** Workers without Redis change tasks without removing their entries. */
  async function emptyCache(): Promise<void> {
    const client = new Redis(stack.info().services.redis?.url ?? '', { maxRetriesPerRequest: 3 });
    await client.flushdb().finally(() => client.disconnect());
  }

  /** Restarts the apps, so that each run begins with processes of the same age. */
  async function use(setup: Setup, { drains, bcryptCost, areHeld }: UseOptions = {}): Promise<void> {
    signal.throwIfAborted();
    await stopApps();
    signal.throwIfAborted();
    await emptyCache();
    const env = {
      HASH_THREADS: String(setup.hashThreads),
      BCRYPT_COST: String(bcryptCost ?? process.env.BCRYPT_COST ?? ''),
      // Tokens outlive the bench.
      JWT_TTL_SECONDS: '86400',
      ...(!setup.cache && { REDIS_URL: '' }),
      ...(!drains && { DRAIN_MS: '0' }),
      ...(areHeld && { BALANCER_URL: '' }),
    };
    await stack.startApps({ apiWorkers: setup.workers, env });
    // NGINX then lists exactly these workers.
    await stack.scaleApi(setup.workers);
    await stack.setBalancing(setup.balancing);
  }

  /** Returns names as on this host, in the order of the ports. */
  async function apiWorkers(): Promise<{ name: string; pid: number }[]> {
    const workers = (await stack.apps()).filter(({ name }) => name === 'taskfleet-api');
    return workers
      .sort((a, b) => a.instance - b.instance)
      .map(({ instance, pid }) => ({ name: `api-${instance}`, pid }));
  }

  async function findProcesses() {
    const apps = await stack.apps();
    const pidsOf = (name: string) => apps.filter((app) => app.name === name).map(({ pid }) => pid);
    const apiPids = pidsOf('taskfleet-api');
    const groups: ProcessGroup[] = [
      { name: 'API', pids: apiPids, byThread: true },
      { name: 'NGINX', pids: nginx },
      { name: 'MongoDB', pids: mongo },
      { name: 'Redis', pids: redis },
      { name: 'RabbitMQ', pids: rabbit },
      { name: 'PM2', pids: findParents([...apiPids, ...mongo]), alone: true },
      { name: 'job worker', pids: pidsOf('taskfleet-worker') },
      { name: LOAD_GENERATOR, pids: [process.pid] },
    ];
    return { groups, apiPids, doors: apps.flatMap(({ port, door }) => (port ? door : [])) };
  }

  return {
    url: `http://127.0.0.1:${stack.info().ports.nginx}`,
    folder,
    info: stack.info,
    use,
    stopApps,
    /** Returns the ports of the servers by the names of their process groups. */
    serverPorts: () => serverPortsOf(stack.info()),
    apiWorkers,
    listWorkers: stack.listWorkers,
    setBalancing: stack.setBalancing,
    nginxPids: nginx,
    /** Returns process groups and internal ports of the workers; finds them once per start of the apps. */
    processes: () => (processes ??= findProcesses()),
    /** Runs `pm2 reload`, which replaces the processes. */
    async reload(): Promise<void> {
      await stack.pm2(['reload', 'taskfleet-api'], { timeoutMs: 120_000 });
      processes = undefined;
    },
    /** Cost that the apps use for passwords. */
    bcryptCost: () => Number(process.env.BCRYPT_COST || 10),
  };
}

function serverPortsOf({ ports, services: { mongo, redis, rabbit } }: StackInfo): Record<string, number> {
  const portOf = (url = '') => Number(/:(\d+)(?:\/|$)/.exec(url)?.[1]);
  return {
    NGINX: ports.nginx ?? NaN,
    MongoDB: portOf(mongo?.url),
    Redis: portOf(redis?.url),
    RabbitMQ: portOf(rabbit?.url),
  };
}
