import { setTimeout as sleep } from 'node:timers/promises';

interface BalancerOptions {
  /** NGINX's own address. */
  balancerUrl: string;
  /** When the last request came in, by performance.now(). */
  lastRequestAt: () => number;
}

/** Answered 503 by a worker that drains, which NGINX takes for a failure of it; see nginx.conf.template. */
export const SERVING_PATH = '/health/serving';

/**
 * Whether there is an NGINX. One that is slow is there as well, and what is given up early tells it nothing: it counts
 * no 503 that it couldn't pass on.
 */
const askWhoServes = (balancerUrl: string, end: number): Promise<boolean> =>
  fetch(`${balancerUrl}${SERVING_PATH}`, {
    signal: AbortSignal.timeout(Math.max(1, Math.round(end - performance.now()))),
  })
    .then((answer) => answer.arrayBuffer())
    .then(
      () => true,
      (error: Error) => error.name === 'TimeoutError',
    );

/** NGINX passes a failed worker over for 2 s (fail_timeout): when this long no request came, it does. */
const QUIET_MS = 300;
const LEAVE_LIMIT_MS = 6_000;
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
  const end = performance.now() + LEAVE_LIMIT_MS;
  const isOver = () => performance.now() >= end || performance.now() - lastRequestAt() >= QUIET_MS;
  // Each for itself: quick answers of the others leave more of them waiting for the slow one, which is this.
  const askOn = async () => {
    do {
      await askWhoServes(balancerUrl, end);
      await sleep(10);
    } while (!isOver());
  };
  await Promise.all(Array.from({ length: PROBES }, askOn));
}

/**
 * Resolves once NGINX has sent a request here, so that the others may leave; or when there is no NGINX, or it
 * doesn't list this port.
 */
export async function joinBalancer({ balancerUrl, lastRequestAt }: BalancerOptions): Promise<void> {
  const began = performance.now();
  const end = began + JOIN_LIMIT_MS;
  while (lastRequestAt() < began && performance.now() < end) {
    // Who answers may be another, and hang.
    if (!(await askWhoServes(balancerUrl, Math.min(end, performance.now() + JOIN_TRY_MS)))) return;
    await sleep(JOIN_EVERY_MS);
  }
}
