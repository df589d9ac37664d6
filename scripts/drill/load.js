'use strict';

const http = require('node:http');

/** Longer than NGINX tries. */
const patienceMs = 25_000;

/** @typedef {{ answered: number, failed: number, failures: Record<string, number>, connects: number,
 *   workers: Record<string, number>, times: number[] }} Taken */

/** @returns {Taken} */
const nothing = () => ({ answered: 0, failed: 0, failures: {}, connects: 0, workers: {}, times: [] });

/** Nearest rank, over the whole. @param {number[]} times @param {number} part */
function percentile(times, part) {
  const sorted = Float64Array.from(times).sort();
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? NaN;
}

/**
 * Kept-alive connections, each sending as soon as it has its answer: half of them POST /tasks, half read `path`.
 * Its own client, since the usual ones connect anew where a connection ends under a request, and tell nobody.
 *
 * @param {{ url: string, token: string, connections: number, path: string }} options
 */
function startLoad({ url, token, connections, path }) {
  const { hostname, port } = new URL(url);
  const body = JSON.stringify({ title: 'Under load' });
  const common = { authorization: `Bearer ${token}` };
  const writing = { ...common, 'content-type': 'application/json', 'content-length': body.length };
  let taken = nothing();
  let stopped = false;

  /** @returns {Promise<{ status: number, worker?: string }>} once the answer is whole */
  const send = (agent, isWrite) =>
    new Promise((resolve, reject) => {
      const what = isWrite
        ? { method: 'POST', path: '/tasks', headers: writing }
        : { method: 'GET', path, headers: common };
      const request = http.request({ hostname, port, agent, ...what }, (response) => {
        response.resume().once('error', reject);
        const worker = String(response.headers['x-worker'] ?? '');
        response.once('end', () => resolve({ status: response.statusCode, worker }));
      });
      request.once('socket', (socket) => {
        if (socket.connecting) taken.connects += 1;
      });
      request.setTimeout(patienceMs, () => request.destroy(new Error('no answer')));
      request.once('error', reject).end(isWrite ? body : undefined);
    });

  async function connection(isWrite) {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    while (!stopped) {
      const began = performance.now();
      const answer = await send(agent, isWrite).catch((error) => ({ status: error.code ?? error.message }));
      if (answer.status === (isWrite ? 201 : 200)) {
        taken.answered += 1;
        taken.workers[answer.worker] = (taken.workers[answer.worker] ?? 0) + 1;
        taken.times.push(performance.now() - began);
      } else {
        const what = `${isWrite ? 'POST' : 'GET'} ${answer.status}`;
        taken.failed += 1;
        taken.failures[what] = (taken.failures[what] ?? 0) + 1;
      }
    }
    agent.destroy();
  }
  const running = Array.from({ length: connections }, (_, i) => connection(i % 2 === 0));

  return {
    /** What came of the requests since the last time. @returns {Taken} */
    take() {
      const all = taken;
      taken = nothing();
      return all;
    },
    async stop() {
      stopped = true;
      await Promise.all(running);
    },
  };
}

/** @param {{ url: string, email: string, password: string }} account @returns {Promise<{ token: string, path: string }>} */
async function prepareLoad({ url, email, password }) {
  const post = async (place, body, headers = {}) => {
    const init = { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`${url}${place}`, {
      ...init,
      headers: { 'content-type': 'application/json', ...headers },
    });
    if (!response.ok) throw new Error(`POST ${place} answers ${response.status}`);
    return response.json();
  };
  const { token } = await post('/users/login', { email, password });
  const task = await post('/tasks', { title: 'Read under load' }, { authorization: `Bearer ${token}` });
  return { token, path: `/tasks/${task._id}` };
}

/** @param {Taken} taken */
const tellFailures = ({ answered, failed, failures }) => {
  const kinds = Object.entries(failures).map(([what, count]) => `${count} × ${what}`);
  return `${failed} of ${answered + failed} failed${kinds.length > 0 ? ` (${kinds.join(', ')})` : ''}`;
};

module.exports = { startLoad, prepareLoad, percentile, tellFailures };
