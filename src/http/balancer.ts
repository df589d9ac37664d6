import { setTimeout as sleep } from 'node:timers/promises';
import { timeLimits } from '../time-limits';

interface BalancerOptions {
  /** NGINX's own address. */
  balancerUrl: string;
  /** When the last request came in, by performance.now(). */
  lastRequestAt: () => number;
}

/** Answered 503 by a worker that drains, which NGINX takes for a failure of it; see nginx.conf.template. */
export const SERVING_PATH = '/health/serving';

type Reply = 'answered' | 'late' | 'refused';

/** Late is a busy machine, where nothing is known; refused is no NGINX. */
const askWhoServes = (balancerUrl: string): Promise<Reply> =>
  fetch(`${balancerUrl}${SERVING_PATH}`, { signal: AbortSignal.timeout(500) }).then(
    (answer) => answer.arrayBuffer().then(() => 'answered' as const),
    (error: Error) => (error.name === 'TimeoutError' ? 'late' : 'refused'),
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
const PROBES = 4;

/**
 * Has NGINX pass this worker over before its port closes, without a reload of NGINX, which would cut idle clients
 * off. Where PM2's daemon holds the port, a connection that it has taken while the port closes is lost; so nothing
 * must come any more by then. Asking NGINX again and again whether who answers is serving makes it count our 503s.
 */
export async function leaveBalancer({ balancerUrl, lastRequestAt }: BalancerOptions): Promise<void> {
  const began = performance.now();
  let newest = lastRequestAt();
  let beside = 0;
  while (performance.now() - began < timeLimits.leaveMs) {
    const replies = await Promise.all(Array.from({ length: PROBES }, () => askWhoServes(balancerUrl)));
    if (lastRequestAt() !== newest) beside = 0;
    else beside += replies.filter((reply) => reply !== 'late').length;
    newest = lastRequestAt();
    const quietMs = performance.now() - newest;
    const isFresh = quietMs < QUIET_LIMIT_MS || newest < began;
    if (beside >= ANSWERED_BESIDE && quietMs >= QUIET_MS && isFresh) return;
    await sleep(10);
  }
}

/**
 * Resolves once NGINX has sent a request here, so that the others may leave; or when there is no NGINX, or it
 * doesn't list this port.
 */
export async function joinBalancer({ balancerUrl, lastRequestAt }: BalancerOptions): Promise<void> {
  const began = performance.now();
  while (lastRequestAt() < began && performance.now() - began < JOIN_LIMIT_MS) {
    if ((await askWhoServes(balancerUrl)) === 'refused') return;
    await sleep(JOIN_EVERY_MS);
  }
}
