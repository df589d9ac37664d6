'use strict';

const { interruption, sleep, UserError } = require('../command/run-command');

/** Nothing for so long; Ctrl-C ends it. @param {number} lengthMs */
async function calm(lengthMs) {
  const end = Date.now() + lengthMs;
  for (let left = lengthMs; left > 0; left = end - Date.now()) {
    if (interruption.signal.aborted) throw new UserError('interrupted');
    await sleep(Math.min(500, left));
  }
}

module.exports = { calm };
