import { inTurns, startClosedLoop } from '../../../tools/load/closed-loop';
import { openConnections, type Request } from '../../../tools/load/connections';
import { apiName } from '../../stack/app-names';
import type { Stack } from '../../stack/types';
import { calm, count } from '../load';
import { connections, logOut, promisedMs, type Part, type PartContext } from './part';

/** Few enough that each failure meets many of them. */
const badSeconds = 16;
const badPerSecond = 20;
/** Longer than a request waits for its answer. */
const mostSeconds = 30;

/** Freezes Redis, kills an API worker and freezes another one. */
async function fail(stack: Stack) {
  const workers = async () => (await stack.apps()).filter(({ name }) => name === apiName);
  const redis = await stack.server('redis').pid();
  const [killed, frozen] = await workers();
  await calm(3_000);
  process.kill(redis!, 'SIGSTOP');
  try {
    await calm(2_000);
    process.kill(killed!.pid, 'SIGKILL');
    await calm(5_000);
    process.kill(frozen!.pid, 'SIGSTOP');
    await calm(2_500);
  } finally {
    process.kill(frozen!.pid, 'SIGCONT');
    process.kill(redis!, 'SIGCONT');
  }
}

/** Reads with many tokens while they are logged out, and counts reads that were sent and accepted too late. */
async function measure({ progress, stack, url, faults, newTokens }: PartContext) {
  const opened = openConnections({ url, connections: 2 * connections });
  const tokens = newTokens(badPerSecond * badSeconds);
  const ended = new Map<string, number>();
  const accepted: { token: string; sentAt: number }[] = [];
  const statuses: Record<string, number> = {};
  const next = inTurns(tokens);
  const loop = startClosedLoop<Request & { token: string; sentAt: number }>(opened, {
    clients: connections,
    next() {
      const token = next();
      const headers = { authorization: `Bearer ${token}` };
      return { method: 'GET', path: '/users/me', headers, token, sentAt: performance.now() };
    },
    onAnswer({ status, error }, { token, sentAt }) {
      count(statuses, String(error ?? status));
      if (status === 200) accepted.push({ token, sentAt });
    },
  });
  const end = (token: string, isAnswered: (status: number) => boolean) => {
    opened.send(logOut(token), ({ status }) => {
      if (isAnswered(status)) ended.set(token, performance.now());
      // It may or may not have taken effect: a client tries again.
      else setTimeout(end, 200, token, isAnswered);
    });
  };
  try {
    const text = `${badPerSecond} log-outs/s while Redis freezes, and one API worker dies and one freezes`;
    await progress.step('failures', text, async () => {
      const failing = fail(stack);
      for (const token of tokens) {
        end(token, (status) => status === 204 || status === 401);
        await calm(1_000 / badPerSecond);
      }
      await failing;
      // A log-out that a frozen worker got is answered late or sent again.
      for (let waited = 0; waited < mostSeconds && ended.size < tokens.length; waited += 1) await calm(1_000);
      await calm(3 * promisedMs);
    });
  } finally {
    await loop.stop();
    await opened.close();
  }
  const late = accepted
    .map(({ token, sentAt }) => sentAt - (ended.get(token) ?? Infinity))
    .filter((ms) => ms > promisedMs);
  const latest = Math.max(...accepted.map(({ token, sentAt }) => sentAt - (ended.get(token) ?? Infinity)));
  console.log(
    `${ended.size} of ${tokens.length} log-outs were answered; reads ${JSON.stringify(statuses)}\n` +
      `${late.length} reads were accepted that were sent more than ${promisedMs} ms after the log-out was answered; ` +
      `the latest ${latest.toFixed(0)} ms after it`,
  );
  if (late.length > 0) faults.push(`${late.length} reads were accepted too late`);
  if (ended.size < tokens.length) faults.push(`${tokens.length - ended.size} log-outs had no answer`);
}

export const failures: Part = { apiWorkers: 4, measure };
