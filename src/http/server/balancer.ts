import { setTimeout as sleep } from 'node:timers/promises';
import { timeLimits } from '../../config/time-limits';

interface BalancerOptions {
  /** Base URL of NGINX. */
  balancerUrl: string;
  /** Returns the time of the last request, by performance.now(). */
  lastRequestAt: () => number;
}

/** Path that a draining worker answers with 503, which NGINX counts as a failure; see nginx.conf.template. */
const SERVING_PATH = '/health/serving';

type Reply = 'answered' | 'late' | 'refused';

/**
 * Asks NGINX for `SERVING_PATH`. `late` means a slow NGINX or a busy host, and proves nothing; `refused` means no
 * NGINX. Aborting early has no effect on NGINX, which counts no 503 that it could not pass on.
 */
const askWhoServes = (balancerUrl: string, signal: AbortSignal): Promise<Reply> =>
  fetch(`${balancerUrl}${SERVING_PATH}`, { signal })
    .then((answer) => answer.arrayBuffer())
    .then(
      () => 'answered',
      () => (signal.aborted ? 'late' : 'refused'),
    );

/** If no request came for this long, while others were answered, NGINX passes this worker over. */
const QUIET_MS = 300;
/** After this long NGINX's fail_timeout (2 s) may end before the port closes, so it needs another failure. */
const QUIET_LIMIT_MS = 1_000;
/** Twice the maximum number of workers: on a busy host a worker can be quiet without being passed over. */
const ANSWERED_BESIDE = 32;
/** Longer than fail_timeout, after which NGINX tries an idle port again. */
const JOIN_LIMIT_MS = 4_000;
const JOIN_EVERY_MS = 50;
const JOIN_TRY_MS = 1_000;
const PROBES = 4;

/**
 * Makes NGINX pass this worker over before its port closes, without a reload of NGINX, which would disconnect idle
 * clients. If PM2's daemon holds the port, it loses connections that it accepts while the port closes, so none may
 * arrive by then. Repeated requests for `SERVING_PATH` through NGINX make it count this worker's 503s as failures.
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

  // Independent loops: while other workers answer quickly, more of the probes wait for a slow one, which is this worker.
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
 * Resolves once NGINX has sent a request to this worker, so that others may leave. Also resolves if there is no NGINX,
 * or if NGINX does not list this port.
 */
export async function joinBalancer({ balancerUrl, lastRequestAt }: BalancerOptions): Promise<void> {
  const began = performance.now();
  while (lastRequestAt() < began && performance.now() - began < JOIN_LIMIT_MS) {
    // Another worker may get this request and hang.
    const reply = await askWhoServes(balancerUrl, AbortSignal.timeout(JOIN_TRY_MS));
    if (reply === 'refused') return;
    await sleep(JOIN_EVERY_MS);
  }
}

const HELP_MS = 2_000;
const SETTLE_MS = 50;

/**
 * Sends NGINX enough requests at once to reach every worker in its rotation.
 * @throws Error if NGINX does not answer all of them within 2 s
 */
export async function askNginx(balancerUrl: string): Promise<void> {
  const signal = AbortSignal.timeout(HELP_MS);
  const replies = await Promise.all(
    Array.from({ length: ANSWERED_BESIDE }, () => askWhoServes(balancerUrl, signal)),
  );
  if (replies.some((reply) => reply !== 'answered')) throw new Error('NGINX does not answer');
}

/**
 * Does what `leaveBalancer` does for a worker that is too slow to ask often: a sibling asks NGINX, and this worker only
 * answers what reaches it. It has left once the sibling asked `ANSWERED_BESIDE` times and no request came here
 * meanwhile. Gives up after `leaveMs`.
 * @param help makes a sibling call `askNginx`; called again if it fails
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
