// @ts-nocheck
import http from 'node:http';

/** Longer than NGINX tries. */
const patienceMs = 25_000;

/** @typedef {{ answered: number, failed: number, failures: Record<string, number>, connects: number,
 *   workers: Record<string, number>, times: number[] }} Taken */

const nothing = (): Taken => ({ answered: 0, failed: 0, failures: {}, connects: 0, workers: {}, times: [] });

/** Nearest rank, over the whole. */
export function percentile(times: number[], part: number) {
  const sorted = Float64Array.from(times).sort();
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? NaN;
}

/**
 * Sends one request; a client of its own, since the usual ones connect anew if a connection ends under a request, and
 * do not report it.
 *
 * @returns once the answer is whole; else why there is none
 */
export function exchange({
  url,
  agent,
  method = 'GET',
  path,
  headers,
  body,
  onConnect,
}: {
  url: string;
  agent: http.Agent;
  method?: string;
  path: string;
  headers: Record<string, any>;
  body?: string;
  onConnect?: () => void;
}): Promise<{ status: number | string; worker: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const fail = (error: { code: any; message: any }) =>
      resolve({ status: error.code ?? error.message, worker: '' });
    const request = http.request({ hostname, port, agent, method, path, headers }, (response) => {
      const worker = String(response.headers['x-worker'] ?? '');
      response.resume().once('error', fail);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, worker }));
    });
    request.once('socket', (socket) => socket.connecting && onConnect?.());
    request.setTimeout(patienceMs, () => request.destroy(new Error('no answer')));
    request.once('error', fail).end(body);
  });
}

/** Kept-alive connections, each sending as soon as it has its answer: half of them POST /tasks, half read `path`. */
export function startLoad({
  url,
  token,
  connections,
  path,
}: {
  url: string;
  token: string;
  connections: number;
  path: string;
}) {
  const body = JSON.stringify({ title: 'Under load' });
  const common = { authorization: `Bearer ${token}` };
  const writing = { ...common, 'content-type': 'application/json', 'content-length': body.length };
  let taken = nothing();
  let stopped = false;

  const send = (agent: http.Agent, isWrite: any) => {
    const what = isWrite
      ? { method: 'POST', path: '/tasks', headers: writing, body }
      : { path, headers: common };
    return exchange({ url, agent, ...what, onConnect: () => (taken.connects += 1) });
  };

  async function connection(isWrite: boolean) {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    while (!stopped) {
      const began = performance.now();
      const answer = await send(agent, isWrite);
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
    /** What came of the requests since the last time. */
    take(): Taken {
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

/** @returns what was made */
export async function post(address: string, body: object, token: string): Promise<any> {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`POST ${address} answers ${response.status}`);
  return response.json();
}

export async function prepareLoad({
  url,
  email,
  password,
}: {
  url: string;
  email: string;
  password: string;
}): Promise<{ token: string; path: string }> {
  const { token } = await post(`${url}/users/login`, { email, password });
  const task = await post(`${url}/tasks`, { title: 'Read under load' }, token);
  return { token, path: `/tasks/${task._id}` };
}

/** A new member. */
export async function signUp(url: string): Promise<{ id: string; token: string }> {
  const name = `drill${Math.random().toString(36).slice(2)}`;
  const person = { name, username: name, email: `${name}@example.com`, password: 'correct horse' };
  const { token, user } = await post(`${url}/users/signup`, person);
  return { id: user._id, token };
}

export const tellFailures = ({
  answered,
  failed,
  failures,
}: Pick<Taken, 'answered' | 'failed' | 'failures'>) => {
  const kinds = Object.entries(failures).map(([what, count]) => `${count} × ${what}`);
  return `${failed} of ${answered + failed} failed${kinds.length > 0 ? ` (${kinds.join(', ')})` : ''}`;
};
