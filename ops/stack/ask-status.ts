'use strict';

const { UserError } = require('../command/run-command');

/** @param {string} url @param {number} timeoutMs @returns {Promise<number>} rejects where nobody answers in time */
async function askStatus(url, timeoutMs) {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  await response.arrayBuffer();
  return response.status;
}

/** @param {string} url @param {number} timeoutMs @throws UserError unless it is answered with 200 */
async function requireOk(url, timeoutMs) {
  const status = await askStatus(url, timeoutMs);
  if (status !== 200) throw new UserError(`${url} answers ${status}`);
}

module.exports = { askStatus, requireOk };
