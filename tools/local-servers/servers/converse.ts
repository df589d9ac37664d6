'use strict';

const net = require('node:net');

/**
 * Says something to a local port and collects what comes back, as latin1 text.
 *
 * @param {number} port
 * @param {string} message
 * @param {(answer: string) => boolean} isComplete
 * @param {number} [timeoutMs]
 * @returns {Promise<string>}
 */
function converse(port, message, isComplete, timeoutMs = 1_000) {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = net.connect(port, '127.0.0.1', () => socket.write(message, 'latin1'));
    const end = (error) => {
      socket.destroy();
      if (error) reject(error);
      else resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => end(new Error('no answer')));
    socket.setEncoding('latin1').on('data', (chunk) => {
      answer += chunk;
      if (isComplete(answer)) end();
    });
    socket.on('error', end).on('close', () => end());
  });
}

/** @param {string} host @param {number} port @returns {Promise<void>} once a connection is taken */
function reach(host, port) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, host, () => resolve(void socket.destroy()));
    socket.setTimeout(3_000, () => socket.destroy(new Error(`no answer from ${host}:${port}`)));
    socket.on('error', reject);
  });
}

module.exports = { converse, reach };
