import fs from 'node:fs';
import path from 'node:path';
import { messageOf } from '../../src/lib/error-code';
import type { Progress } from '../../tools/command/progress';
import { UserError } from '../../tools/command/run-command';
import { offsetOf } from '../../tools/local-servers/choose-ports';
import type { Edge } from '../../tools/local-servers/edge';
import { forgetUrls } from '../../tools/local-servers/server-urls';
import { ensureAdmin } from '../local/admin-account';
import { prepare, root } from '../set-up/prepare';
import { makeClone } from './own-clone';
import { createStack } from '../stack/stack';
import type { Stack } from '../stack/types';
import type { Account } from './load';

export const dir = path.join(root, '.local', 'drill');
/** Held while a drill runs. */
export const drillLock = path.join(dir, 'drill.lock');
const folder = path.join(dir, 'stack');
const clone = path.join(dir, 'clone');
const PORTS_PER_STACK = 20;
/** A stack listens at its ports long after it chose them, so drills of two clones must not look for them at one place. */
const basePorts = {
  nginx: 3400 + offsetOf(folder),
  api: 11_001 + PORTS_PER_STACK * offsetOf(folder),
};

interface OwnStack extends Account {
  stack: Stack;
  /** Folder with the `dist` that serves. */
  root: string;
  /** Starts what does not run. @returns true if everything runs then */
  start: () => Promise<boolean>;
  /** Gets a line for each promise that did not hold. */
  faults: string[];
}

interface OwnStackOptions {
  apiWorkers: number;
  env?: Record<string, string>;
  /** Addresses and certificate of NGINX. */
  edge?: Edge;
  /** Servers that run already. */
  urls?: { redis?: string; rabbit?: string };
  /** True if `work` replaces the build in `dist`. */
  ownBuild?: boolean;
}

/**
 * Runs `work` on a stack of its own with an empty database, beside what runs, and removes the stack.
 *
 * @returns the faults that `work` found
 */
export async function withOwnStack(
  progress: Progress,
  { apiWorkers, env = {}, edge, urls = {}, ownBuild = false }: OwnStackOptions,
  work: (own: OwnStack) => Promise<void>,
): Promise<string[]> {
  forgetUrls();
  delete process.env.BALANCING;
  await prepare({ need: ['system', 'nginx-lua', 'mongo', 'build'], progress });
  const open = (from: string) => createStack({ root: from, dir: folder, basePorts, urls, edge });
  // A drill that was killed leaves its stack.
  if (fs.existsSync(folder)) for (const from of [clone, root].filter(fs.existsSync)) await open(from).stop();
  fs.rmSync(folder, { recursive: true, force: true });
  const place = ownBuild ? makeClone(root, clone) : root;
  const stack = open(place);
  const start = async () => {
    try {
      await stack.startServers({ only: ['mongo', 'redis', 'rabbit', 'nginx'], apiWorkers });
      const common = { BCRYPT_COST: '8', LOG_LEVEL: 'warn' };
      await stack.startApps({ apiWorkers, env: { ...common, ...env } });
      return true;
    } catch (error) {
      console.log(messageOf(error));
      return false;
    }
  };
  const faults: string[] = [];
  try {
    await progress.step('stack', 'starting one of its own', async () => {
      if (!(await start())) throw new UserError('The stack of the drill did not start.');
    });
    const { url, env: ownEnv } = stack.info();
    const admin = await ensureAdmin({ root: place, dir: folder, env: ownEnv });
    if (!url || !admin) throw new UserError('The stack of the drill has no address or an old database.');
    stack.stackFile.update({ admin });
    const password = fs.readFileSync(admin.passwordFile, 'utf8').trim();
    await work({ stack, root: place, start, faults, url, email: admin.email, password });
  } finally {
    await progress.step('stack', 'stopping', () => stack.stop());
  }
  for (const made of [folder, clone]) fs.rmSync(made, { recursive: true, force: true });
  return faults;
}
