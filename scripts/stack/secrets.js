'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');

/**
 * A secret made once and kept in a file only its owner can read.
 *
 * @param {string} file @param {number} [bytes]
 * @returns {string} the file's path
 */
function ensureSecret(file, bytes = 32) {
  try {
    fs.writeFileSync(file, crypto.randomBytes(bytes).toString('base64url'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    fs.chmodSync(file, 0o600);
  }
  return file;
}

module.exports = { ensureSecret };
