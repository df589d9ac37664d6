'use strict';

const http = require('node:http');
const { sleep } = require('../command/run-command');
const { exchange } = require('./load');

/**
 * Sends requests at a held rate, whether or not answers come, and takes each time from the moment at which the request
 * was due: a worker that stalls cannot make the sender wait and so hide the stall.
 *
 * @param {{ url: string, perSecond: number, seconds: number, sockets: number, signal: AbortSignal,
 *   next: (index: number) => { method?: string, path: string, headers: Record<string, any>, body?: string } }} options
 * @returns {Promise<{ statuses: Record<string, number>, times: number[] }>} times in milliseconds
 */
async function sendAtRate({ url, perSecond, seconds, sockets, signal, next }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: sockets });
  const statuses = {};
  const times = [];
  const answers = [];
  const start = performance.now();
  try {
    for (let sent = 0; sent < perSecond * seconds && !signal.aborted; sent += 1) {
      const due = start + (sent * 1_000) / perSecond;
      if (due > performance.now()) await sleep(due - performance.now());
      const answered = exchange({ url, agent, ...next(sent) }).then(({ status }) => {
        statuses[status] = (statuses[status] ?? 0) + 1;
        times.push(performance.now() - due);
      });
      answers.push(answered);
    }
    await Promise.all(answers);
  } finally {
    agent.destroy();
  }
  return { statuses, times };
}

module.exports = { sendAtRate };
