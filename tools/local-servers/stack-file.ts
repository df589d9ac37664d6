'use strict';

const fs = require('node:fs');
const path = require('node:path');

/**
 * What runs where, for people and scripts. It holds secrets' places and URLs with passwords: mode 600.
 *
 * @param {string} dir the stack's folder
 */
function createStackFile(dir) {
  const file = path.join(dir, 'stack.json');

  /** @returns {Record<string, any>} empty if there is none, or a broken one */
  function read() {
    try {
      return JSON.parse(fs.readFileSync(file, 'utf8'));
    } catch (error) {
      if (error instanceof SyntaxError || error.code === 'ENOENT') return {};
      throw error;
    }
  }

  /** @param {Record<string, any>} changes merged at the top level */
  function update(changes) {
    const next = { ...read(), ...changes };
    const temporary = `${file}.${process.pid}.tmp`;
    fs.writeFileSync(temporary, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 });
    fs.renameSync(temporary, file);
    return next;
  }

  return { file, read, update };
}

module.exports = { createStackFile };
