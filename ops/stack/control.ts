import path from 'node:path';

/**
 * How processes of the app are asked by their sockets. Required when it is needed: it belongs to the build.
 *
 * @param env what the apps were told
 */
export function controlOf(root: string, env: Record<string, string>) {
  const client = require(path.join(root, 'dist', 'control', 'control-client.js'));
  const { defaultControlFolder, listSockets } = require(
    path.join(root, 'dist', 'control', 'control-folder.js'),
  );
  return { ...client, listSockets, folder: env.RUN_DIR || defaultControlFolder(Number(env.BASE_PORT)) };
}
