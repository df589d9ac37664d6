'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');

/**
 * A secret made once and kept in a file only its owner can read. Letters and digits alone, which a URL, MongoDB's key
 * file and every server's configuration take as they are.
 *
 * @param {string} file @param {number} [bytes]
 * @returns {string} the file's path
 */
function ensureSecret(file, bytes = 32) {
  try {
    fs.writeFileSync(file, crypto.randomBytes(bytes).toString('hex'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    fs.chmodSync(file, 0o600);
  }
  return file;
}

/** The secret itself, made if it is not there yet. @param {string} file */
const readSecret = (file) => fs.readFileSync(ensureSecret(file), 'utf8').trim();

/** A file that holds a secret; one of before may be open to others. @param {string} file @param {string} text */
function writePrivate(file, text) {
  fs.rmSync(file, { force: true });
  fs.writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
}

module.exports = { ensureSecret, readSecret, writePrivate };
