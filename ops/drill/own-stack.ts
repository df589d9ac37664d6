// @ts-nocheck
import fs from 'node:fs';
import path from 'node:path';
import { createStack } from '../stack/stack';
import { ensureAdmin } from '../local/admin-account';
import { prepare, root } from '../set-up/prepare';
import { forgetUrls } from '../../tools/local-servers/server-urls';
import { UserError } from '../../tools/command/run-command';

export const dir = path.join(root, '.local', 'drill');
const folder = path.join(dir, 'stack');

/** A stack for this drill alone, beside what runs, with an empty database; nothing of it is left in the end. */
export async function withOwnStack(
  progress: ReturnType<import('../../tools/command/progress').createProgress>,
  { apiWorkers, env = {} }: { apiWorkers: number; env?: Record<string, string> },
  work: (own: {
    stack: import('../stack/types').Stack & Record<string, any>;
    start: () => Promise<boolean>;
    url: string;
    email: string;
    password: string;
  }) => Promise<void>,
) {
  forgetUrls();
  delete process.env.BALANCING;
  await prepare({ need: ['system', 'nginx-lua', 'mongo', 'build'], progress });
  const open = () => createStack({ root, dir: folder, basePorts: { nginx: 3400, api: 4501 }, urls: {} });
  // What a drill that was killed has left.
  if (fs.existsSync(folder)) await open().stop();
  fs.rmSync(folder, { recursive: true, force: true });
  const stack = open();
  const start = async () => {
    try {
      await stack.startServers({ only: ['mongo', 'redis', 'rabbit', 'nginx'], apiWorkers });
      const common = { BCRYPT_COST: '8', LOG_LEVEL: 'warn', KEY_PREFIX: 'drill' };
      await stack.startApps({ apiWorkers, env: { ...common, ...env } });
      return true;
    } catch (error) {
      console.log(error.message);
      return false;
    }
  };
  try {
    await progress.step('stack', 'starting one of its own', async () => {
      if (!(await start())) throw new UserError('The stack of the drill did not start.');
    });
    const info = stack.info();
    const admin = await ensureAdmin({ root, dir: folder, env: info.env });
    const { email, passwordFile } = admin;
    stack.stackFile.update({ admin });
    const password = fs.readFileSync(passwordFile, 'utf8').trim();
    await work({ stack, start, url: info.url, email, password });
  } finally {
    await progress.step('stack', 'stopping', () => stack.stop());
  }
  fs.rmSync(folder, { recursive: true, force: true });
}

export { root } from '../set-up/prepare';
