import path from 'node:path';
import { post, type Session } from '../../tools/kit/people';
import type { Progress } from '../../tools/command/progress';
import { sleep } from '../../tools/command/run-command';
import type { ServerName } from '../../tools/local-servers/types';
import { rotateKeys } from '../secrets/rotate-keys';
import { rotatePassword } from '../secrets/rotate-password';
import { root } from '../set-up/prepare';
import type { Stack } from '../stack/types';
import { calm, describeFailures, faultOf, prepareLoad, startLoad, type Account } from './load';
import { countMissing, readLogged } from './logged';
import { withOwnStack } from './own-stack';

const connections = 48;
const apiWorkers = 2;
const rotations = 3;
/** Long enough that both logs turn over a few times at 1 MB. */
const turnOverMs = 20_000;
/** Longer than NGINX (2 s) and the workers keep lines. */
const flushMs = 4_000;
const pauseMs = 200;

type Load = ReturnType<typeof startLoad>;

interface TokenCounts {
  tokens: number;
  refused: number;
}

/** Logs in again and again, and sends each new token to every worker. */
function startLogIns({ url, email, password }: Account, target: string, counts: TokenCounts) {
  let isStopped = false;
  async function loop() {
    while (!isStopped) {
      const { token } = await post<Session>(`${url}/users/login`, { email, password });
      counts.tokens += 1;
      const headers = { authorization: `Bearer ${token}` };
      for (let turn = 0; turn < 2 * apiWorkers; turn += 1) {
        const response = await fetch(`${url}${target}`, { headers });
        await response.arrayBuffer();
        if (response.status === 401) counts.refused += 1;
      }
      await sleep(pauseMs);
    }
  }
  const ended = loop();
  // Reported by `stop`, which may be called much later.
  ended.catch(() => {});
  return {
    async stop() {
      isStopped = true;
      await ended;
    },
  };
}

/** Runs `work` under the load, prints what came of it, and adds a fault for requests that failed. */
async function underLoad(
  { progress, load, faults }: { progress: Progress; load: Load; faults: string[] },
  name: string,
  work: () => Promise<unknown>,
) {
  load.take();
  await progress.step('load', name, work);
  const taken = load.take();
  progress.line('load', describeFailures(taken));
  const fault = faultOf(taken);
  if (fault) faults.push(`${name}: ${fault}`);
  return taken;
}

/** Compares what NGINX and the workers have logged with each other, and with what was answered. */
function judgeLogs({ stack, answered, faults }: { stack: Stack; answered: number; faults: string[] }) {
  const { dir, pm2Home } = stack.info();
  const nginx = readLogged(path.join(dir, 'nginx', 'access.log'), /"requestId":"(\w+)"/);
  const workers = readLogged(path.join(pm2Home, 'logs', 'taskfleet-api-out.log'), /"id":"(\w+)"/);
  const lost = {
    nginx: countMissing(workers.ids, nginx.ids),
    workers: countMissing(nginx.ids, workers.ids),
    both: Math.max(0, answered - nginx.ids.size),
  };
  console.log(
    `\nlog             files  requests  lost\n` +
      `NGINX           ${String(nginx.files).padEnd(7)}${String(nginx.ids.size).padEnd(10)}${lost.nginx}\n` +
      `API workers     ${String(workers.files).padEnd(7)}${String(workers.ids.size).padEnd(10)}${lost.workers}\n`,
  );
  if (Math.min(nginx.files, workers.files) < 3) faults.push('a log did not turn over twice');
  if (lost.nginx + lost.workers + lost.both > 0) faults.push(`lines were lost: ${JSON.stringify(lost)}`);
}

/** Rotates every secret and turns logs over under load. @returns the promises that did not hold */
export function drillRotation(progress: Progress) {
  process.env.LOG_MAX_MB = '1';
  process.env.LOG_KEEP = '100';
  return withOwnStack(progress, { apiWorkers, env: { LOG_LEVEL: 'info' } }, async (own) => {
    const { stack, faults, ...account } = own;
    const prepared = await prepareLoad(account);
    const begin = () => startLoad({ url: account.url, connections, ...prepared });
    const counts = { tokens: 0, refused: 0 };
    let logIns = startLogIns(account, prepared.path, counts);
    let load = begin();
    const inStep = (name: string, work: () => Promise<unknown>) =>
      underLoad({ progress, load, faults }, name, work);
    const quiet = { say: () => {} };
    try {
      const first = await inStep(`${rotations} keys of the tokens, while logs turn over`, async () => {
        for (let count = 0; count < rotations; count += 1) {
          await calm(turnOverMs / rotations);
          await rotateKeys(stack, { isNow: false, ...quiet });
        }
      });
      await Promise.all([load.stop(), logIns.stop()]);
      const { answered } = load.take();
      await sleep(flushMs);
      judgeLogs({ stack, answered: first.answered + answered, faults });
      load = begin();
      logIns = startLogIns(account, prepared.path, counts);
      for (const server of ['redis', 'rabbit', 'mongo'] satisfies ServerName[])
        await inStep(`the password of ${server}`, () => rotatePassword(stack, server, { root, ...quiet }));
    } finally {
      await Promise.all([load.stop(), logIns.stop()]);
      const { tokens, refused } = counts;
      progress.line('load', `${refused} of ${tokens} new tokens were refused`);
      if (refused > 0) faults.push(`${refused} new tokens were refused`);
    }
  });
}
