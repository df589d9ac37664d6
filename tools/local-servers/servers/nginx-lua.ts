'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { findCommand } = require('./find-command');
const { UserError } = require('../../command/run-command');

const names = ['ndk_http_module.so', 'ngx_http_lua_module.so'];

/**
 * What lets an NGINX run Lua: modules that belong to it and lie where it says, or nothing where it was built in.
 *
 * @param {string} bin
 * @returns {string[] | undefined} undefined: it can't
 */
function findLuaModules(bin) {
  const { stderr = '' } = spawnSync(bin, ['-V'], { encoding: 'utf8', timeout: 10_000 });
  if (/--add-module=\S*(ngx_lua|lua-nginx-module)/.test(stderr)) return [];
  const folder = /--modules-path=(\S+)/.exec(stderr)?.[1] ?? '/usr/lib/nginx/modules';
  const files = names.map((name) => path.join(folder, name));
  return files.every((file) => fs.existsSync(file)) ? files : undefined;
}

/** @returns {boolean} whether the NGINX that would be started can balance by response time */
function hasLua() {
  const bin = findCommand('nginx');
  return bin !== undefined && findLuaModules(bin) !== undefined;
}

/** @param {string} bin @returns {string} lines of the configuration */
function loadLua(bin) {
  const files = findLuaModules(bin);
  if (files) return files.map((file) => `load_module ${file};`).join('\n');
  throw new UserError(
    `BALANCING=response-time needs an NGINX that runs Lua, and ${bin} has no such module.\n` +
      'Debian, Ubuntu: apt-get install libnginx-mod-http-lua (npm start does it, for the NGINX of the same system).\n' +
      'Elsewhere: put OpenResty (an NGINX with Lua) before it on the PATH under the name nginx.\n' +
      'BALANCING=round-robin and least-connections need nothing.',
  );
}

module.exports = { hasLua, loadLua };
