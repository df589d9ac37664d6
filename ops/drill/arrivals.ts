// @ts-nocheck
import http from 'node:http';
import { sleep } from '../../tools/command/run-command';
import { exchange } from './load';

/**
 * Sends requests at a held rate, whether or not answers come, and takes each time from the moment at which the request
 * was due: a worker that stalls cannot make the sender wait and so hide the stall.
 *
 * @returns times in milliseconds
 */
export async function sendAtRate({
  url,
  perSecond,
  seconds,
  sockets,
  signal,
  next,
}: {
  url: string;
  perSecond: number;
  seconds: number;
  sockets: number;
  signal: AbortSignal;
  next: (index: number) => { method?: string; path: string; headers: Record<string, any>; body?: string };
}): Promise<{ statuses: Record<string, number>; times: number[] }> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: sockets });
  const statuses = {};
  const times: number[] = [];
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
