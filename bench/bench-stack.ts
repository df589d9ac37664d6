import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createStack, type ServerName } from '../scripts/stack/stack';
import { readConfig } from '../src/config';
import { findParents, type ProcessGroup } from './cpu-time';
import { releaseQuotas } from './quota/quota';

export type BenchStack = Awaited<ReturnType<typeof startBenchStack>>;

/** What is measured: how many API workers, and hash threads in each. */
export interface Setup {
  workers: number;
  hashThreads: number;
  /** Another cost of a password than the environment says. */
  bcryptCost?: number;
}

interface BenchStackOptions {
  signal: AbortSignal;
  say: (text: string) => void;
}

const root = path.resolve(__dirname, '..');
export const benchFolder = path.join(root, '.local', 'bench');
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
  await stack.startServers({ only: SERVERS });
  const pidOf = async (name: ServerName) => [(await stack.server(name).pid()) ?? 0];
  const pids = {
    mongo: await pidOf('mongo'),
    redis: await pidOf('redis'),
    rabbit: await pidOf('rabbit'),
    nginx: await pidOf('nginx'),
  };
  const url = `http://127.0.0.1:${stack.info().ports.nginx}`;

  /** Starts the apps anew, so that each run begins with processes of the same age. */
  async function use({ workers, hashThreads, bcryptCost }: Setup): Promise<void> {
    signal.throwIfAborted();
    await stack.stopApps();
    signal.throwIfAborted();
    const env = {
      HASH_THREADS: String(hashThreads),
      BCRYPT_COST: String(bcryptCost ?? process.env.BCRYPT_COST ?? ''),
      // Nobody is connected while they are stopped.
      DRAIN_MS: '0',
    };
    await stack.startApps({ apiWorkers: workers, env });
    // NGINX shall list exactly these workers.
    await stack.scaleApi(workers);
  }

  /** By name as in X-Worker, in the order of their ports. */
  async function apiWorkers(): Promise<{ name: string; pid: number }[]> {
    const workers = (await stack.apps()).filter(({ name }) => name === 'taskfleet-api');
    return workers
      .sort((a, b) => a.instance - b.instance)
      .map(({ instance, pid }) => ({ name: `api-${instance}`, pid }));
  }

  /** Whose CPU time is told apart. */
  async function processGroups(): Promise<ProcessGroup[]> {
    const apps = await stack.apps();
    const pidsOf = (name: string) => apps.filter((app) => app.name === name).map(({ pid }) => pid);
    const daemons = findParents([...pidsOf('taskfleet-api'), ...pids.mongo]);
    return [
      { name: 'API', pids: pidsOf('taskfleet-api'), byThread: true },
      { name: 'NGINX', pids: pids.nginx },
      { name: 'MongoDB', pids: pids.mongo },
      { name: 'Redis', pids: pids.redis },
      { name: 'RabbitMQ', pids: pids.rabbit },
      { name: 'PM2', pids: daemons, alone: true },
      { name: 'job worker', pids: pidsOf('taskfleet-worker') },
      { name: 'load generator', pids: [process.pid] },
    ];
  }

  return {
    url,
    folder,
    info: stack.info,
    use,
    apiWorkers,
    listWorkers: stack.listWorkers,
    setBalancing: stack.setBalancing,
    processGroups,
    /** As the apps were told: once they run. */
    bcryptCost: () => readConfig(stack.info().env).bcryptCost,
  };
}
