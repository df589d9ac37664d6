import { setTimeout as sleep } from 'node:timers/promises';

interface LeaveOptions {
  /** NGINX's own address. */
  balancerUrl: string;
  /** When the last request came in, by performance.now(). */
  lastRequestAt: () => number;
}

/** Answered 503 by a worker that drains, which NGINX takes for a failure of it; see nginx.conf.template. */
export const SERVING_PATH = '/health/serving';

/** NGINX passes a failed worker over for 2 s (fail_timeout): when this long no request came, it does. */
const QUIET_MS = 300;
const LIMIT_MS = 2_500;
const PROBES = 4;

/**
 * Has NGINX pass this worker over before its port closes, without a reload of NGINX, which would cut idle clients
 * off. Where PM2's daemon holds the port, a connection that it has taken while the port closes is lost; so nothing
 * must come any more by then. Asking NGINX again and again whether who answers is serving makes it count our 503s.
 */
export async function leaveBalancer({ balancerUrl, lastRequestAt }: LeaveOptions): Promise<void> {
  const end = performance.now() + LIMIT_MS;
  const probe = () =>
    fetch(`${balancerUrl}${SERVING_PATH}`, { signal: AbortSignal.timeout(500) })
      .then((answer) => answer.arrayBuffer())
      .catch(() => {});
  await Promise.all(Array.from({ length: PROBES }, probe));
  while (performance.now() < end && performance.now() - lastRequestAt() < QUIET_MS) {
    await Promise.all(Array.from({ length: PROBES }, probe));
    await sleep(10);
  }
}
