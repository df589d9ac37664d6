import { setTimeout as sleep } from 'node:timers/promises';
import { interruption } from '../../tools/command/run-command';
import { post, type Session } from '../../tools/kit/people';
import { startClosedLoop } from '../../tools/load/closed-loop';
import { openConnections, type Answer, type Request } from '../../tools/load/connections';

/** An account of the API at `url`. */
export interface Account {
  url: string;
  email: string;
  password: string;
}

export interface Taken {
  answered: number;
  /** Answers with an unexpected status, and requests without an answer. */
  failed: number;
  failures: Record<string, number>;
  /** Refusals for overload by an API worker, which had no effect. Neither answered nor failed. */
  refused: number;
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
  /** Network that the caller made, such as `10.213.78`, to which load may go as well. */
  ownNetwork?: string;
  /** True to take any certificate: this host made it. */
  anyCertificate?: boolean;
}

const nothing = (): Taken => ({
  answered: 0,
  failed: 0,
  failures: {},
  refused: 0,
  connects: 0,
  workers: {},
  times: [],
});
export const count = (counts: Record<string, number>, key: string) => (counts[key] = (counts[key] ?? 0) + 1);

/** @returns what became of a request; `refused` for overload, which had no effect */
export function resultOf({ status, headers }: Answer, expected: number): 'ok' | 'refused' | 'failed' {
  if (status === expected) return 'ok';
  // A worker that refuses names itself. NGINX's own 503, if no worker takes the request, does not.
  return status === 503 && headers['x-worker'] ? 'refused' : 'failed';
}

/** Sends the next request on each connection as soon as it has an answer: half POST /tasks, half GET `path`. */
export function startLoad({ url, token, connections, path, ownNetwork, anyCertificate }: LoadOptions) {
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
  const opened = openConnections({
    url,
    ownNetwork,
    anyCertificate,
    connections,
    onConnect: () => (taken.connects += 1),
  });

  const add = (answer: Answer, method: string, expected: number, ms: number) => {
    const { status, headers, error } = answer;
    const result = resultOf(answer, expected);
    if (result === 'failed') count(taken.failures, `${method} ${error ?? status}`);
    taken[result === 'ok' ? 'answered' : result] += 1;
    if (result !== 'ok') return;
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

/** Logs in and makes a task, whose path it returns. */
export async function prepareLoad({ url, email, password }: Account) {
  const { token, user } = await post<Session>(`${url}/users/login`, { email, password });
  const headers = { authorization: `Bearer ${token}` };
  const task = await post<{ _id: string }>(`${url}/tasks`, { title: 'Read under load' }, headers);
  return { token, headers, userId: user._id, path: `/tasks/${task._id}` };
}

/** Waits while the load goes on. @throws AbortError if Ctrl-C ends the drill */
export const calm = (ms: number): Promise<void> => sleep(ms, undefined, { signal: interruption.signal });

/** @returns what is wrong: requests failed, or none was answered at all; undefined if nothing is */
export function faultOf(taken: Pick<Taken, 'answered' | 'failed' | 'failures'>): string | undefined {
  if (taken.failed > 0) return describeFailures(taken);
  return taken.answered > 0 ? undefined : 'nothing was answered';
}

/** Formats failures: "3 of 900 failed (3 × GET 502), 7 refused for overload". */
export function describeFailures({
  answered,
  failed,
  failures,
  refused = 0,
}: Pick<Taken, 'answered' | 'failed' | 'failures'> & { refused?: number }) {
  const kinds = Object.entries(failures).map(([what, times]) => `${times} × ${what}`);
  const lost = `${failed} of ${answered + failed} failed${kinds.length > 0 ? ` (${kinds.join(', ')})` : ''}`;
  return refused > 0 ? `${lost}, ${refused} refused for overload` : lost;
}
