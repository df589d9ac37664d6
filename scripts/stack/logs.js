'use strict';

const fs = require('node:fs');
const path = require('node:path');

const longest = 20e6;

/**
 * Servers append to their logs for ever: one that got long begins anew. It is emptied in place, as its
 * writer holds it open.
 *
 * @param {string[]} folders
 */
function trimLogs(folders) {
  for (const folder of folders) {
    for (const name of fs.readdirSync(folder).filter((file) => file.endsWith('.log'))) {
      const file = path.join(folder, name);
      if (fs.statSync(file).size > longest) fs.truncateSync(file);
    }
  }
}

module.exports = { trimLogs };
