import { askProcess } from '../../src/control/control-client';
import { listSockets } from '../../src/control/control-folder';
import { defaultRunDir } from '../../src/lib/private-folder';
import type { AppProcess } from './types';

/** @param env variables of the apps @returns the folder of their control sockets */
export const runDirOf = (env: Record<string, string>): string =>
  env.RUN_DIR || defaultRunDir(Number(env.BASE_PORT));

export const socketOf = (env: Record<string, string>, { pid }: AppProcess) =>
  listSockets(runDirOf(env)).find((socket) => socket.pid === pid);

/** Asks a worker by its control socket; resolves to `undefined` if it does not answer or is no API worker. */
export async function apiStatusOf(socket: ReturnType<typeof socketOf>) {
  const status = socket && (await askProcess(socket, 'GET /status').catch(() => undefined));
  return status?.kind === 'api' ? status : undefined;
}
