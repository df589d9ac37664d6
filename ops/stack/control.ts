import { askAll, askProcess } from '../../src/control/control-client';
import { listSockets } from '../../src/control/control-folder';
import { defaultRunDir } from '../../src/lib/private-folder';

/** The control sockets of the running apps. @param env variables of the apps */
export const controlOf = (env: Record<string, string>) => ({
  askAll,
  askProcess,
  listSockets,
  folder: env.RUN_DIR || defaultRunDir(Number(env.BASE_PORT)),
});
