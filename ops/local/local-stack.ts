import { createRequire } from 'node:module';
import path from 'node:path';
import { roleOf } from '../stack/role';
import { createStack } from '../stack/stack';
import type { Turn } from '../stack/types';
import { dataDirOf } from '../../src/config/config-file';
import { pickAppVariables } from '../../src/config/app-environment';
import { cores } from '../../src/process/cores';
import { edgeOf } from '../../tools/local-servers/edge';
import { acquireLock, holderOf, withLock } from '../../tools/command/lock';
import { root } from '../../tools/command/root';
import { createStackFile } from '../../tools/local-servers/stack-file';

const load = createRequire(__filename);

export { root };
/** ops/cli.ts has added the configuration file to the environment before this module is loaded. */
export const dir = dataDirOf(root, process.env);

/** The stack of `npm start`. Its apps run under the user's own PM2. */
export function createLocalStack(say: (text: string) => void = (text) => console.log(text)) {
  const { BASE_PORT, INTERNAL_PORT } = process.env;
  const basePorts = {
    nginx: 3000,
    metrics: 9464,
    api: Number(BASE_PORT) || 4001,
    ...(INTERNAL_PORT && { internal: Number(INTERNAL_PORT) }),
  };
  return createStack({
    root,
    dir,
    basePorts,
    edge: edgeOf(process.env),
    ownPm2: true,
    role: roleHere(),
    turn,
    say,
  });
}

export const roleHere = () => roleOf(process.env, createStackFile(dir).read());

/** Held by a command that changes the local stack. */
export const stackLock = path.join(dir, 'stack.lock');

let release = () => {};

function acquire() {
  const onWait = (owner: string) =>
    console.log(`Another command (${owner}) is changing this stack: waiting for it.`);
  return acquireLock(stackLock, { timeoutMs: 60 * 60_000, onWait });
}

/** Commands that change the local stack wait for each other. */
export async function alone<T>(work: () => Promise<T>): Promise<T> {
  release = await acquire();
  try {
    return await work();
  } finally {
    release();
  }
}

/** Lets other commands, such as a stop, change the stack while this one, which runs `alone`, waits for another host. */
async function apart<T>(wait: () => Promise<T>): Promise<T> {
  release();
  try {
    return await wait();
  } finally {
    release = await acquire();
  }
}

/** Loaded late: most commands need no MongoDB. */
const turn: Turn = (env, tell, work) => {
  const { takeTurn } = load('../stack/take-turn.ts') as typeof import('../stack/take-turn');
  return takeTurn(env, { ...tell, apart }, work);
};

/** Runs `work` under the same lock; returns false, without running it, if a command holds the lock. */
export async function tryAlone(work: () => Promise<void>): Promise<boolean> {
  let hasBegun = false;
  const begin = () => {
    hasBegun = true;
    return work();
  };
  await withLock(stackLock, { timeoutMs: 0 }, begin).catch((error: unknown) => {
    if (hasBegun) throw error;
  });
  return hasBegun;
}

/** Variables of this shell for the apps, without those that the stack chooses: servers and ports. */
export function appVariablesOfShell() {
  const {
    MONGO_URL: _m,
    REDIS_URL: _r,
    AMQP_URL: _a,
    BASE_PORT: _b,
    HOST,
    ...env
  } = pickAppVariables(process.env);
  // Outside of ROLE=workers HOST may be what a shell calls this machine.
  return HOST && roleHere() === 'workers' ? { ...env, HOST } : env;
}

/** What the shell and the configuration file want of the apps. */
export function wantedOfShell(running?: string) {
  const env = appVariablesOfShell();
  return { env, apiWorkers: Number(env.API_WORKERS || running) || cores.count };
}

/** Held by `npm run supervise`. */
export const supervisorLock = path.join(dir, 'supervise.lock');

/** Returns whether the supervisor of this stack runs this command. */
export const isOfSupervisor = (): boolean => holderOf(supervisorLock)?.pid === process.ppid;
