import path from 'node:path';
import { UserError } from '../../tools/command/run-command';
import type { ServerName } from '../../tools/local-servers/types';
import { apiName } from '../stack/app-names';
import type { Stack, Tell } from '../stack/types';

/**
 * Gives a server of the stack a new password: the server accepts the old and the new one while the workers are replaced,
 * one after the other, and then the new one only. It can be interrupted and run again.
 *
 * @param root of the clone
 */
export async function rotatePassword(
  stack: Stack,
  name: ServerName,
  { root, ...tell }: Tell & { root: string },
) {
  const running = (await stack.apps()).filter((app) => app.name === apiName);
  if (running.length === 0)
    throw new UserError('No API worker runs; nothing was changed. Run first: npm start');
  await stack.rotatePassword(name, async (change) => {
    tell.say('the server accepts the old password and the new one');
    const { env } = stack.info();
    const build = path.join(root, 'dist');
    await stack.replaceApps({
      build,
      apiWorkers: Number(env.API_WORKERS),
      env: { ...env, ...change },
      ...tell,
    });
  });
  tell.say('the server accepts the new password only');
}
