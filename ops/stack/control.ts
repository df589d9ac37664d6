import { askAll, askProcess } from '../../src/control/control-client';
import { defaultControlFolder, listSockets } from '../../src/control/control-folder';

/** The control sockets of the running apps. @param env variables of the apps */
export const controlOf = (env: Record<string, string>) => ({
  askAll,
  askProcess,
  listSockets,
  folder: env.RUN_DIR || defaultControlFolder(Number(env.BASE_PORT)),
});
