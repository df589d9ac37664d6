import { setTimeout as sleep } from 'node:timers/promises';
import { timeLimits } from '../../config/time-limits';

interface BalancerOptions {
  /** NGINX's own address. */
  balancerUrl: string;
  /** When the last request came in, by performance.now(). */
  lastRequestAt: () => number;
}

/** Answered 503 by a worker that drains, which NGINX takes for a failure of it; see nginx.conf.template. */
export const SERVING_PATH = '/health/serving';

type Reply = 'answered' | 'late' | 'refused';

/**
 * Late is a slow NGINX or a busy machine, where nothing is known; refused is no NGINX. What is given up early tells
 * NGINX nothing: it counts no 503 that it couldn't pass on.
 */
const askWhoServes = (balancerUrl: string, signal: AbortSignal): Promise<Reply> =>
  fetch(`${balancerUrl}${SERVING_PATH}`, { signal })
    .then((answer) => answer.arrayBuffer())
    .then(
      () => 'answered',
      () => (signal.aborted ? 'late' : 'refused'),
    );

/** When no request came for this long, while others were answered, NGINX passes this worker over. */
const QUIET_MS = 300;
/** Later its 2 s (fail_timeout) may be over before the port is closed: it has to be told once more. */
const QUIET_LIMIT_MS = 1_000;
/** Twice as many as there may be workers: on a busy machine it can be quiet for everybody. */
const ANSWERED_BESIDE = 32;
/** Longer than fail_timeout: who was found idle before is asked again by then. */
const JOIN_LIMIT_MS = 4_000;
const JOIN_EVERY_MS = 50;
const JOIN_TRY_MS = 1_000;
const PROBES = 4;

/**
 * Has NGINX pass this worker over before its port closes, without a reload of NGINX, which would cut idle clients
 * off. Where PM2's daemon holds the port, a connection that it has taken while the port closes is lost; so nothing
 * must come any more by then. Asking NGINX again and again whether who answers is serving makes it count our 503s.
 */
export async function leaveBalancer({ balancerUrl, lastRequestAt }: BalancerOptions): Promise<void> {
  const began = performance.now();
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), timeLimits.leaveMs);
  let newest = lastRequestAt();
  let beside = 0;

  function judge(reply: Reply): void {
    if (lastRequestAt() !== newest) beside = 0;
    else if (reply !== 'late') beside += 1;
    newest = lastRequestAt();
    const quietMs = performance.now() - newest;
    const isFresh = quietMs < QUIET_LIMIT_MS || newest < began;
    if (beside >= ANSWERED_BESIDE && quietMs >= QUIET_MS && isFresh) over.abort();
  }

  // Each for itself: quick answers of the others leave more of them waiting for the slow one, which is this.
  const askOn = async () => {
    while (!over.signal.aborted) {
      judge(await askWhoServes(balancerUrl, over.signal));
      await sleep(10);
    }
  };
  await Promise.all(Array.from({ length: PROBES }, askOn));
  clearTimeout(timer);
}

/**
 * Resolves once NGINX has sent a request here, so that the others may leave; or when there is no NGINX, or it
 * doesn't list this port.
 */
export async function joinBalancer({ balancerUrl, lastRequestAt }: BalancerOptions): Promise<void> {
  const began = performance.now();
  while (lastRequestAt() < began && performance.now() - began < JOIN_LIMIT_MS) {
    // Who answers may be another, and hang.
    const reply = await askWhoServes(balancerUrl, AbortSignal.timeout(JOIN_TRY_MS));
    if (reply === 'refused') return;
    await sleep(JOIN_EVERY_MS);
  }
}

const HELP_MS = 2_000;
const SETTLE_MS = 50;

/**
 * Asks NGINX so often at once that every worker which it has in rotation is asked.
 * @throws Error if NGINX does not answer all within 2 s
 */
export async function askNginx(balancerUrl: string): Promise<void> {
  const signal = AbortSignal.timeout(HELP_MS);
  const replies = await Promise.all(
    Array.from({ length: ANSWERED_BESIDE }, () => askWhoServes(balancerUrl, signal)),
  );
  if (replies.some((reply) => reply !== 'answered')) throw new Error('NGINX does not answer');
}

/**
 * As `leaveBalancer`, for a worker that is too slow to ask often: a sibling asks NGINX, and this worker has only to
 * answer what reaches it. It has left once the sibling asked `ANSWERED_BESIDE` times and nothing came here meanwhile.
 * It gives up after `leaveMs`, as `leaveBalancer` does.
 * @param help has a sibling call `askNginx`; it is called again if it fails
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
    // What has come while the answer came is read by then.
    await sleep(SETTLE_MS);
    if (hasHelped && lastRequestAt() < began) return;
  }
}
