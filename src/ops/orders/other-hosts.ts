import { setTimeout as sleep } from 'node:timers/promises';
import type { createLock } from '../../infra/mongo/lock';

interface OtherHostsDeps {
  /** Held by one host at a time: of two hosts whose last workers are drained at once, each would count on the other. */
  lock: Pick<ReturnType<typeof createLock>, 'attempt'>;
  /** Base URLs of NGINX; without any, what other hosts publish is believed. */
  balancerUrls: string[];
  place: () => string;
  /** Resolves true once a worker of another host has said, after this call, that it serves. */
  hearsOneServe: () => Promise<boolean>;
  lockMs?: number;
}

/** Path of `placeRoute`, which NGINX passes on to any worker in its rotation. */
export const PLACE_PATH = '/ops/place';

/** With 16 requests at once each worker in the rotation gets one, whatever NGINX balances by. */
const ASKED = 16;
const ASK_MS = 1_000;
const LOCK_MS = 3_000;

/** Returns undefined if this NGINX does not answer, so no client gets through it either. */
async function passesToOthers(url: string, place: string): Promise<boolean | undefined> {
  const ask = async () => {
    const response = await fetch(`${url}${PLACE_PATH}`, { signal: AbortSignal.timeout(ASK_MS) });
    if (!response.ok) return false;
    const found = (await response.json()) as { place?: string; serving?: boolean };
    return found.serving === true && found.place !== undefined && found.place !== place;
  };
  const asked = await Promise.all(Array.from({ length: ASKED }, () => ask().catch(() => undefined)));
  const answered = asked.filter((one) => one !== undefined);
  return answered.length === 0 ? undefined : answered.includes(true);
}

/**
 * Decides whether the last worker of this host that serves may leave. NGINX is asked itself, through the requests that
 * it passes on: a host may run and not be in its list.
 */
export function createOtherHosts(deps: OtherHostsDeps) {
  const { lock, balancerUrls, place, hearsOneServe, lockMs = LOCK_MS } = deps;

  async function faultOf(): Promise<string | undefined> {
    if (balancerUrls.length === 0)
      return (await hearsOneServe()) ? undefined : 'no worker of another host says that it serves.';
    const found = await Promise.all(balancerUrls.map((url) => passesToOthers(url, place())));
    if (found.every((one) => one === undefined)) return 'NGINX does not answer, so others cannot be found.';
    return found.includes(false)
      ? 'NGINX passes no request to a worker of another host, so none would be answered.'
      : undefined;
  }

  /** Runs `work` while a worker of another host serves. @returns why not otherwise */
  return async (work: () => Promise<void>): Promise<string | undefined> => {
    let fault: string | undefined;
    const attempt = () =>
      lock.attempt(async () => {
        fault = await faultOf();
        if (!fault) await work();
      });
    for (const giveUp = performance.now() + lockMs; performance.now() < giveUp; await sleep(100))
      if (await attempt()) return fault;
    return 'another host drains its last one at this moment. Try again.';
  };
}
