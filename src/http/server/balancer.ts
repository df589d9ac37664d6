import { setTimeout as sleep } from 'node:timers/promises';
import { timeLimits } from '../../config/time-limits';
import type { Logger } from '../../process/logger';
import { createProbe, findTargets, targetOfProbe, type Reply, type Target } from './balancer-probe';

interface BalancersOptions {
  /** Base URLs of each NGINX; at least one. */
  urls: string[];
  /** Returns the time of the last request, by performance.now(). */
  lastRequestAt: () => number;
  logger: Pick<Logger, 'warn'>;
}

/** What is known of one NGINX while this worker leaves. */
interface Known {
  target: Target;
  /** Replies since the last request that came here. */
  beside: number;
  /** Number of probes that it sent here, which this worker answered with 503. */
  failed: number;
  /** Number of probes without a connection. */
  refused: number;
  last?: Reply;
  hasAnswered: boolean;
}

export type Balancers = ReturnType<typeof createBalancers>;

/** If no request came for this long, while others were answered, NGINX passes this worker over. */
const QUIET_MS = 300;
/** After this long NGINX's fail_timeout (2 s) may end before the port closes, so it needs another failure. */
const QUIET_LIMIT_MS = 1_000;
/** NGINX passes a worker over after so many failures (max_fails). */
const MAX_FAILS = 3;
/** Twice the maximum number of workers of a host: on a busy host a worker can be quiet without being passed over. */
const ANSWERED_BESIDE = 32;
/** Fewer suffice if this worker answered MAX_FAILS probes with 503 itself. */
const ANSWERED_BESIDE_SEEN = 16;
/** More are needed if it answered none, since NGINX may list workers of many hosts. */
const ANSWERED_BESIDE_UNSEEN = 160;
/** Longer than the longest fail_timeout (5 s), after which NGINX tries a port again. */
const JOIN_LIMIT_MS = 7_000;
const JOIN_EVERY_MS = 50;
const JOIN_TRY_MS = 1_000;
/** Probes at a time: under load each takes as long as a request, and enough have to fit into QUIET_LIMIT_MS. */
const PROBES = 8;
const HELP_MS = 2_000;

/** Has each NGINX pass this worker over, or take it back, without a reload of NGINX, which would disconnect clients. */
export function createBalancers({ urls, lastRequestAt, logger }: BalancersOptions) {
  /** Called with the name of the NGINX of each probe; a worker may begin to leave while it joins. */
  const onProbe = new Set<(name: string) => void>();

  async function withTargets(work: (targets: Target[], ask: Ask) => Promise<void>): Promise<void> {
    const targets = await findTargets(urls);
    const { ask, close } = createProbe(targets);
    await work(targets, ask).finally(close);
  }

  /**
   * Makes NGINX pass this worker over before its port closes. If PM2's daemon holds the port, it loses connections that
   * it accepts while the port closes, so none may arrive by then. Repeated probes make NGINX count this worker's 503s as
   * failures. Gives up after `leaveMs`.
   */
  const leave = () =>
    withTargets(async (targets, ask) => {
      const began = performance.now();
      const over = new AbortController();
      const timer = setTimeout(() => over.abort(), timeLimits.leaveMs);
      const all = targets.map((target): Known => ({
        target,
        beside: 0,
        failed: 0,
        refused: 0,
        hasAnswered: false,
      }));
      const heard = (name: string) => {
        const known = all.find(({ target }) => target.name === name);
        if (known) known.failed += 1;
      };
      onProbe.add(heard);
      let newest = lastRequestAt();
      let hasLeft = false;

      const isAway = ({ hasAnswered, refused }: Known) => !hasAnswered && refused >= PROBES;
      const passesOver = (known: Known) => known.beside >= enoughBeside(known.failed) || isAway(known);

      function judge(known: Known, reply: Reply): void {
        if (lastRequestAt() !== newest) for (const each of all) each.beside = 0;
        else if (reply !== 'late') known.beside += 1;
        newest = lastRequestAt();
        if (!over.signal.aborted) known.last = reply;
        known.hasAnswered ||= reply === 'answered';
        if (reply === 'refused') known.refused += 1;
        const quietMs = performance.now() - newest;
        const isFresh = quietMs < QUIET_LIMIT_MS || newest < began;
        hasLeft ||= all.every(passesOver) && quietMs >= QUIET_MS && isFresh;
        if (hasLeft) over.abort();
      }

      // Independent loops: while other workers answer quickly, more of the probes wait for a slow one, which is this
      // worker.
      const askOn = async (known: Known) => {
        while (!over.signal.aborted) {
          judge(known, await ask(known.target, over.signal));
          await sleep(10);
        }
      };
      const loops = all.flatMap((known) => Array.from({ length: PROBES }, () => askOn(known)));
      await Promise.all(loops);
      clearTimeout(timer);
      onProbe.delete(heard);
      for (const { target, last, hasAnswered } of all)
        if (!hasAnswered) warn(target, last ?? 'late', 'This worker leaves without it');
      if (!hasLeft) logger.warn('NGINX may still send requests here: this worker does not wait any longer');
    });

  /**
   * Resolves once each NGINX has sent a request to this worker, so that others may leave. Also resolves if there is no
   * NGINX, or if NGINX does not list this port.
   */
  const join = () =>
    withTargets(async (targets, ask) => {
      const began = performance.now();
      const missing = new Set(targets);
      const heard = (name: string) =>
        missing.forEach((target) => target.name === name && missing.delete(target));
      onProbe.add(heard);
      // With one NGINX any request comes from it.
      const isMissing = (target: Target) =>
        missing.has(target) && !(targets.length === 1 && lastRequestAt() >= began);
      const askOn = async (target: Target) => {
        while (isMissing(target) && performance.now() - began < JOIN_LIMIT_MS) {
          // Another worker may get this request and hang.
          const reply = await ask(target, AbortSignal.timeout(JOIN_TRY_MS));
          if (reply === 'refused' || reply === 'wrong')
            return warn(target, reply, 'This worker serves without it');
          await sleep(JOIN_EVERY_MS);
        }
      };
      await Promise.all(targets.map(askOn));
      onProbe.delete(heard);
    });

  /**
   * Sends each NGINX enough requests at once to reach every worker in its rotation.
   * @throws Error if an NGINX does not answer all of them within 2 s, unless it is away while another one answers
   */
  const ask = () =>
    withTargets(async (targets, askOne) => {
      const signal = AbortSignal.timeout(HELP_MS);
      const replies = await Promise.all(
        targets.map((target) =>
          Promise.all(Array.from({ length: ANSWERED_BESIDE }, () => askOne(target, signal))),
        ),
      );
      const answered = replies.map((of) => of.filter((reply) => reply === 'answered').length);
      const areComplete = answered.every((count) => count === 0 || count === ANSWERED_BESIDE);
      if (!areComplete || !answered.includes(ANSWERED_BESIDE)) throw new Error('NGINX does not answer');
    });

  function warn({ name }: Target, reply: Reply, what: string): void {
    const reason = {
      wrong: 'BALANCER_URL names a server that is not NGINX, or one of its ports that redirects',
      refused: 'NGINX does not answer',
      late: 'NGINX does not answer in time',
      answered: '',
    }[reply];
    logger.warn({ nginx: name, reason }, what);
  }

  return {
    leave,
    join,
    ask,
    /** Call with the URL of each request. */
    note(url: string): void {
      if (onProbe.size === 0) return;
      const name = targetOfProbe(url);
      if (name !== undefined) onProbe.forEach((heard) => heard(name));
    },
  };
}

/** NGINX may have counted failures before, so fewer than MAX_FAILS can be all that this worker sees. */
function enoughBeside(failed: number): number {
  if (failed >= MAX_FAILS) return ANSWERED_BESIDE_SEEN;
  return failed > 0 ? ANSWERED_BESIDE : ANSWERED_BESIDE_UNSEEN;
}

type Ask = (target: Target, signal: AbortSignal) => Promise<Reply>;

const SETTLE_MS = 50;

/**
 * Leaves for a worker that is too slow to ask often: a sibling asks NGINX, and this worker only answers what reaches it.
 * It has left once the sibling asked `ANSWERED_BESIDE` times and no request came here meanwhile. Gives up after
 * `leaveMs`.
 * @param help makes a sibling ask NGINX; called again if it fails
 */
export async function leaveWithHelp(
  help: () => Promise<unknown>,
  lastRequestAt: () => number,
): Promise<void> {
  const giveUp = performance.now() + timeLimits.leaveMs;
  while (performance.now() < giveUp) {
    const began = performance.now();
    const hasHelped = await help().then(
      () => true,
      () => false,
    );
    // Lets the event loop read requests that arrived together with the answer.
    await sleep(SETTLE_MS);
    if (hasHelped && lastRequestAt() < began) return;
  }
}
