import fs from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { findCommand } from '../find-command';
import { UserError } from '../../command/run-command';

const names = ['ndk_http_module.so', 'ngx_http_lua_module.so'];

/**
 * Finds the modules that let an NGINX run Lua, in the folder that it was built for. An NGINX with Lua built in needs none.
 *
 * @returns `undefined` if it cannot run Lua
 */
function findLuaModules(bin: string): string[] | undefined {
  const { stderr = '' } = spawnSync(bin, ['-V'], { encoding: 'utf8', timeout: 10_000 });
  if (/--add-module=\S*(ngx_lua|lua-nginx-module)/.test(stderr)) return [];
  const folder = /--modules-path=(\S+)/.exec(stderr)?.[1] ?? '/usr/lib/nginx/modules';
  const files = names.map((name) => path.join(folder, name));
  return files.every((file) => fs.existsSync(file)) ? files : undefined;
}

/** @returns whether the NGINX that would be started can balance by response time */
export function hasLua(): boolean {
  const bin = findCommand('nginx');
  return bin !== undefined && findLuaModules(bin) !== undefined;
}

/** @returns lines of the configuration */
export function loadLua(bin: string): string {
  const files = findLuaModules(bin);
  if (files) return files.map((file) => `load_module ${file};`).join('\n');
  throw new UserError(
    `BALANCING=response-time needs an NGINX that runs Lua, and ${bin} has no such module.\n` +
      'Debian, Ubuntu: apt-get install libnginx-mod-http-lua (npm start does it, for the NGINX of the same system).\n' +
      'Elsewhere: put OpenResty (an NGINX with Lua) before it on the PATH under the name nginx.\n' +
      'BALANCING=round-robin and least-connections need nothing.',
  );
}
