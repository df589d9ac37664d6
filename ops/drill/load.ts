import { percentile } from '../../src/lib/percentile';
import { startClosedLoop } from '../../tools/load/closed-loop';
import { openConnections, type Answer, type Request } from '../../tools/load/connections';
import { sendAtRate } from '../../tools/load/open-loop';

export interface Taken {
  answered: number;
  /** Answers with an unexpected status, and requests without an answer. */
  failed: number;
  failures: Record<string, number>;
  /** Connections that were opened. */
  connects: number;
  /** Answers by X-Worker. */
  workers: Record<string, number>;
  /** Milliseconds of each answer. */
  times: number[];
}

interface LoadOptions {
  url: string;
  token: string;
  connections: number;
  path: string;
}

const nothing = (): Taken => ({ answered: 0, failed: 0, failures: {}, connects: 0, workers: {}, times: [] });
const count = (counts: Record<string, number>, key: string) => (counts[key] = (counts[key] ?? 0) + 1);

/** Keeps connections busy, each with its next request as soon as it has an answer: half POST /tasks, half GET `path`. */
export function startLoad({ url, token, connections, path }: LoadOptions) {
  const authorization = `Bearer ${token}`;
  const write = {
    request: {
      method: 'POST',
      path: '/tasks',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ title: 'Under load' }),
    },
    expected: 201,
    clients: Math.ceil(connections / 2),
  } as const;
  const read = {
    request: { method: 'GET', path, headers: { authorization } },
    expected: 200,
    clients: Math.floor(connections / 2),
  } as const;
  let taken = nothing();
  const opened = openConnections({ url, connections, onConnect: () => (taken.connects += 1) });

  const add = ({ status, headers, error }: Answer, method: string, expected: number, ms: number) => {
    if (status !== expected) {
      taken.failed += 1;
      count(taken.failures, `${method} ${error ?? status}`);
      return;
    }
    taken.answered += 1;
    count(taken.workers, String(headers['x-worker'] ?? ''));
    taken.times.push(ms);
  };
  const loops = [write, read].map(({ request, expected, clients }) =>
    startClosedLoop<Request>(opened, {
      clients,
      next: () => request,
      onAnswer: (answer, _request, ms) => add(answer, request.method, expected, ms),
    }),
  );

  return {
    /** Returns the counts since the last call. */
    take(): Taken {
      const all = taken;
      taken = nothing();
      return all;
    },
    /** Waits for the answers that are under way. */
    async stop(): Promise<void> {
      await Promise.all(loops.map((loop) => loop.stop()));
      await opened.close();
    },
  };
}

interface Arrivals {
  url: string;
  perSecond: number;
  seconds: number;
  connections: number;
  next: (index: number) => Request;
  signal: AbortSignal;
}

/** Sends requests at a fixed rate. @returns answers by status, and milliseconds from when each request was due */
export async function sendArrivals({ url, connections, ...loop }: Arrivals) {
  const opened = openConnections({ url, connections });
  const statuses: Record<string, number> = {};
  const times: number[] = [];
  try {
    await sendAtRate(opened, {
      ...loop,
      onAnswer({ status, error }, { tookMs }) {
        count(statuses, error ?? String(status));
        times.push(tookMs);
      },
    });
  } catch (error) {
    // An interruption ends the arrivals; the caller judges it.
    if (!loop.signal.aborted) throw error;
  } finally {
    await opened.close();
  }
  return { statuses, times };
}

/** @returns what was made */
export async function post<T>(address: string, body: object, token?: string): Promise<T> {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`POST ${address} answers ${response.status}`);
  return (await response.json()) as T;
}

/** Logs in and makes a task. @returns the token, and the path of the task */
export async function prepareLoad({
  url,
  email,
  password,
}: {
  url: string;
  email: string;
  password: string;
}) {
  const { token } = await post<{ token: string }>(`${url}/users/login`, { email, password });
  const task = await post<{ _id: string }>(`${url}/tasks`, { title: 'Read under load' }, token);
  return { token, path: `/tasks/${task._id}` };
}

/** Makes a new member. */
export async function signUp(url: string): Promise<{ id: string; token: string }> {
  const name = `drill${Math.random().toString(36).slice(2)}`;
  const person = { name, username: name, email: `${name}@example.com`, password: 'correct horse' };
  const { token, user } = await post<{ token: string; user: { _id: string } }>(`${url}/users/signup`, person);
  return { id: user._id, token };
}

export const p99 = (times: readonly number[]): number => percentile(times, 0.99);

/** Formats failures: "3 of 900 failed (3 × GET 502)". */
export function describeFailures({
  answered,
  failed,
  failures,
}: Pick<Taken, 'answered' | 'failed' | 'failures'>) {
  const kinds = Object.entries(failures).map(([what, times]) => `${times} × ${what}`);
  return `${failed} of ${answered + failed} failed${kinds.length > 0 ? ` (${kinds.join(', ')})` : ''}`;
}
