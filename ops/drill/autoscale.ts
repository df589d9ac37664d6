import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '../../tools/command/progress';
import { interruption, UserError } from '../../tools/command/run-command';
import { startClosedLoop } from '../../tools/load/closed-loop';
import { openConnections, type Request } from '../../tools/load/connections';
import { openQuota, type Quota } from '../../tools/quota/quota';
import { createAutoscaler } from '../autoscale/autoscaler';
import { askLoads } from '../autoscale/look';
import { apiName } from '../stack/app-names';
import { runDirOf } from '../stack/control';
import type { Stack } from '../stack/types';
import { calm, describeFailures, faultOf, prepareLoad } from './load';
import { withOwnStack } from './own-stack';
import { startPacedLoad } from './paced-load';

/** Cores of each worker: so few that two workers, servers and load fit on two cores. */
const HELD_CORES = 0.4;
const RANGE = { least: 1, most: 2 };
/** One request in so many is a write, the others are cached reads. */
const WRITE_EVERY = 20;
const CLIENTS = 64;
const WARM_UP_MS = 10_000;
/** The best of some looks counts: a worker that is held compiles its code slowly. */
const CAPACITY_LOOKS = 3;
const CAPACITY_MS = 5_000;
const LOW = 0.2;
const HIGH = 1.5;
const CALM_MS = 20_000;
const HIGH_MS = 40_000;
/** The rise that finds the threshold. */
const RAMP_FROM = 0.5;
const RAMP_BY = 0.04;
const RAMP_EACH_MS = 6_000;
const AROUND = 0.05;
/** Aims. */
const MOST_UP_S = 15;
const MOST_DOWN_S = 180;
const MOST_CHANGES = 2;

const minuteMs = 60_000;

/** Sends as many requests as one worker answers. @returns how many that is a second */
async function measure(url: string, requests: Request[], ms: number): Promise<number> {
  const connections = openConnections({ url, connections: CLIENTS });
  let sent = 0;
  let done = 0;
  const loop = startClosedLoop(connections, {
    clients: CLIENTS,
    next: () => requests[sent++ % requests.length]!,
    onAnswer: ({ status }) => (done += Number(status < 300 && status >= 200)),
  });
  await calm(ms);
  await loop.stop();
  await connections.close();
  return done / (ms / 1_000);
}

/** Holds each API worker to its part of a core as soon as it serves, and counts those that serve. */
function watchWorkers(stack: Stack, quota: Quota) {
  const held = new Set<number>();
  let isHolding = false;
  let [serving, running] = [0, 0];
  const look = async () => {
    const asked = await askLoads(runDirOf(stack.info().env));
    const ready = asked.filter(({ load }) => load?.serving);
    for (const { name, pid } of ready) {
      if (!isHolding || held.has(pid)) continue;
      quota.hold(`${name}-${pid}`, [pid], HELD_CORES);
      held.add(pid);
    }
    [serving, running] = [ready.length, asked.length];
  };
  const stop = new AbortController();
  const ended = (async () => {
    while (!stop.signal.aborted) {
      await look();
      await sleep(250);
    }
  })();
  return {
    hold: () => void (isHolding = true),
    held: () => held.size,
    serving: () => serving,
    running: () => running,
    async stop(): Promise<void> {
      stop.abort();
      await ended;
    },
  };
}

/** Waits until so many workers serve. @returns seconds, at most the limit */
async function secondsUntil(isReached: () => boolean, limitS: number): Promise<number> {
  const began = performance.now();
  const passed = () => (performance.now() - began) / 1_000;
  while (!isReached() && passed() < limitS) await calm(100);
  return passed();
}

/**
 * Lets the autoscaler follow a load that one worker, held to a part of a core, can or cannot do.
 *
 * @returns the promises that did not hold
 */
export const drillAutoscaling = (progress: Progress, { minutes }: { minutes: number }) =>
  withOwnStack(progress, { apiWorkers: RANGE.least }, async ({ stack, faults, url, ...account }) => {
    const quota = await openQuota('autoscale');
    if ('reason' in quota) throw new UserError(`This drill holds workers by quotas: ${quota.reason}.`);
    const { headers, path } = await prepareLoad({ url, ...account });
    const json = { ...headers, 'content-type': 'application/json' };
    const write: Request = {
      method: 'POST',
      path: '/tasks',
      headers: json,
      body: JSON.stringify({ title: 'Under load' }),
    };
    const read: Request = { method: 'GET', path, headers };
    const requests = Array.from({ length: WRITE_EVERY }, (_, index) => (index === 0 ? write : read));
    const watch = watchWorkers(stack, quota);
    const stop = new AbortController();
    let changes = 0;
    const load = startPacedLoad({ url, requests });
    const expect = (what: string, value: number, most: number, unit = '') => {
      const text = `${what}: ${value.toFixed(unit ? 1 : 0)}${unit} (aim: at most ${most}${unit})`;
      progress.line('result', text);
      if (value > most) faults.push(text);
    };
    const autoscaler = createAutoscaler({
      read: () => ({ ...stack.stackFile.read(), autoscale: RANGE }),
      busy: () => undefined,
      alone: async (work) => {
        await work();
        return true;
      },
      countWorkers: async () => (await stack.apps()).filter(({ name }) => name === apiName).length,
      scale: stack.scaleUnderLoad,
      onStep: () => (changes += 1),
      say: (text) => progress.line('autoscale', text),
    });
    const seen = () => {
      const { now } = autoscaler.status() ?? {};
      return now ? `${Math.round(now.utilisation * 100)} % busy, ${Math.round(now.perSecond)}/s` : '';
    };
    let scaling: Promise<void> | undefined;
    try {
      await progress.step('load', 'warming up', () => measure(url, requests, WARM_UP_MS));
      watch.hold();
      await secondsUntil(() => watch.held() === RANGE.least, 30);
      const capacity = await progress.step(
        'load',
        `what one worker with ${HELD_CORES} cores can do`,
        async () => {
          let best = 0;
          for (let look = 0; look < CAPACITY_LOOKS; look += 1)
            best = Math.max(best, await measure(url, requests, CAPACITY_MS));
          return best;
        },
        (rate) => `${rate.toFixed(0)} requests/s`,
      );
      scaling = autoscaler.run(AbortSignal.any([stop.signal, interruption.signal]));
      const at = (share: number) => load.setRate(share * capacity);
      const percent = (share: number) => `${Math.round(share * 100)} % of one worker`;

      at(LOW);
      await progress.step('load', percent(LOW), () => calm(CALM_MS), seen);
      expect('changes while one worker was enough', changes, 0);
      at(HIGH);
      await progress.step('load', percent(HIGH), async () => {
        const up = await secondsUntil(() => watch.serving() === 2, 60);
        expect('until a second worker serves', up, MOST_UP_S, ' s');
        await calm(HIGH_MS);
      });
      at(LOW);
      await progress.step('load', percent(LOW), async () => {
        const down = await secondsUntil(() => watch.running() === 1, 300);
        expect('until one worker runs alone', down, MOST_DOWN_S, ' s');
      });

      changes = 0;
      let threshold = RAMP_FROM;
      await progress.step(
        'load',
        `rising from ${percent(threshold)} to the threshold`,
        async () => {
          for (; changes === 0 && threshold < HIGH; threshold += RAMP_BY) {
            at(threshold);
            await secondsUntil(() => changes > 0, RAMP_EACH_MS / 1_000);
          }
        },
        () => percent(threshold),
      );
      await progress.step('load', `${minutes} minutes at the threshold ± 5 %`, async ({ status }) => {
        for (const end = Date.now() + minutes * minuteMs; Date.now() < end;) {
          at(threshold * (1 + AROUND * (2 * Math.random() - 1)));
          await calm(5_000);
          status(`at the threshold, ${changes} changes so far, ${seen()}`);
        }
      });
      expect(`changes with ${minutes} minutes at the threshold`, changes, MOST_CHANGES);
    } finally {
      stop.abort();
      await scaling;
      await load.stop();
      await watch.stop();
      await quota.release();
    }
    const taken = load.taken();
    progress.line('result', describeFailures(taken));
    const fault = faultOf(taken);
    if (fault) faults.push(fault);
  });
