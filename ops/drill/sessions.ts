import { randomBytes } from 'node:crypto';
import { createTokenService } from '../../src/auth/token-service';
import { fixedKeys } from '../../src/keys/key-ring';
import { percentile } from '../../src/lib/percentile';
import type { Progress } from '../../tools/command/progress';
import { inTurns, startClosedLoop } from '../../tools/load/closed-loop';
import { openConnections, type Connections, type Request } from '../../tools/load/connections';
import { sendAtRate } from '../../tools/load/open-loop';
import { apiName } from '../stack/app-names';
import { readKeysOf } from '../stack/token-keys';
import type { Stack } from '../stack/types';
import { calm, count, prepareLoad } from './load';
import { withOwnStack } from './own-stack';

const connections = 48;
const apiWorkers = 2;
/** Promise: so long after a log-out was answered, no worker accepts a token of the session. */
const promisedMs = 1_000;
const logOutsPerSecond = 200;
const logOutSeconds = 60;
const leastHits = 0.95;
const leastShare = 0.98;
const rounds = 7;
const roundMs = 3_000;
/** Log-outs while servers fail: few enough that each failure meets many of them. */
const badSeconds = 16;
const badPerSecond = 20;

interface Context {
  progress: Progress;
  stack: Stack;
  url: string;
  faults: string[];
  read: Request;
  /** Makes tokens of sessions of the Admin, without a log-in each. */
  newTokens: (number: number) => string[];
}

const logOut = (token: string): Request => ({
  method: 'POST',
  path: '/users/logout',
  headers: { authorization: `Bearer ${token}` },
});

/** Counts cached reads on all connections until `stop`. */
function startReads(opened: Connections, read: Request) {
  let taken = { answered: 0, hits: 0, failures: {} as Record<string, number> };
  const loop = startClosedLoop(opened, {
    clients: connections,
    next: () => read,
    onAnswer({ status, headers, error }) {
      if (status !== 200) return void count(taken.failures, String(error ?? status));
      taken.answered += 1;
      if (headers['x-cache'] === 'HIT') taken.hits += 1;
    },
  });
  return {
    take() {
      const all = taken;
      taken = { answered: 0, hits: 0, failures: {} };
      return all;
    },
    stop: loop.stop,
  };
}

/** Compares cached reads before and after many log-outs, and counts those from the cache meanwhile. */
async function measureCost({ progress, url, faults, read, newTokens }: Context) {
  const opened = openConnections({ url, connections: 2 * connections });
  const reads = startReads(opened, read);
  const rateOf = async () => {
    const rates: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      reads.take();
      const began = performance.now();
      await calm(roundMs);
      rates.push((reads.take().answered / (performance.now() - began)) * 1_000);
    }
    return percentile(rates, 0.5);
  };
  try {
    const before = await progress.step('reads', 'cached reads before', rateOf);
    const statuses: Record<string, number> = {};
    const tokens = newTokens(logOutsPerSecond * logOutSeconds);
    reads.take();
    await progress.step('log-outs', `${logOutsPerSecond} log-outs/s for ${logOutSeconds} s`, () =>
      sendAtRate(opened, {
        perSecond: logOutsPerSecond,
        seconds: logOutSeconds,
        next: (index) => logOut(tokens[index]!),
        onAnswer: ({ status, error }) => count(statuses, String(error ?? status)),
      }),
    );
    const during = reads.take();
    const after = await progress.step('reads', 'cached reads after', rateOf);
    const hits = during.hits / during.answered;
    const share = after / before;
    console.log(
      `log-outs: ${JSON.stringify(statuses)}; meanwhile ${Math.round(during.answered / logOutSeconds)} reads/s, ` +
        `${(100 * hits).toFixed(1)} % from the cache, failures ${JSON.stringify(during.failures)}\n` +
        `cached reads: ${before.toFixed(0)}/s before, ${after.toFixed(0)}/s after (${share.toFixed(3)})`,
    );
    if (hits < leastHits) faults.push(`${(100 * hits).toFixed(1)} % of the reads came from the cache`);
    if (share < leastShare) faults.push(`cached reads after the log-outs: ${share.toFixed(3)} of before`);
    if (Object.keys(statuses).some((status) => status !== '204'))
      faults.push(`log-outs were answered ${JSON.stringify(statuses)}`);
  } finally {
    await reads.stop();
    await opened.close();
  }
}

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
async function measureLate({ progress, stack, url, faults, newTokens }: Context) {
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

/** Measures what log-outs cost, and whether they count everywhere in time. @returns the promises that did not hold */
export const drillSessions = (progress: Progress) =>
  withOwnStack(progress, { apiWorkers, env: { RATE_LIMIT: '0' } }, async ({ stack, faults, ...account }) => {
    const { userId: id, path, headers } = await prepareLoad(account);
    const keys = fixedKeys(readKeysOf(stack.info().env.JWT_SECRETS_FILE ?? ''));
    const tokens = createTokenService({ keys, ttlSeconds: 3_600 });
    const newTokens = (number: number) =>
      Array.from({ length: number }, () =>
        tokens.issue({ id, role: 'Admin', sessionId: randomBytes(12).toString('hex') }),
      );
    const context = { progress, stack, url: account.url, faults, newTokens };
    const read: Request = { method: 'GET', path, headers };
    await measureLate({ ...context, read });
    await measureCost({ ...context, read });
  });
