import { setMaxListeners } from 'node:events';
import { askTarget, findTargets, type Target } from '../http/server/balancer-probe';

/** Path at which any worker says which host it is on and whether it serves; NGINX passes it on like other requests. */
export const PLACE_PATH = '/ops/place';

/** What one NGINX answers. */
export interface NginxAnswer {
  /** Its URL, and its address if the name has several. */
  name: string;
  /** True if it passes requests to a worker of another host that serves. Undefined if it does not answer. */
  passesToOthers: boolean | undefined;
}

/** With 16 requests at once each worker of a few hosts gets one, whatever NGINX balances by. */
const ASKED = 16;
/** With so many rounds each of the 128 ports that NGINX lists at most gets one. */
const ROUNDS = 8;
const ASK_MS = 1_000;
const TOO_MANY_REQUESTS = 429;

async function askOne(target: Target, leftOut: Set<string>): Promise<boolean | undefined> {
  const signal = AbortSignal.timeout(ASK_MS);
  setMaxListeners(0, signal);
  const ask = async () => {
    const { status, text } = await askTarget(target, PLACE_PATH, signal);
    if (status === TOO_MANY_REQUESTS) return undefined;
    if (status !== 200) return false;
    const found = JSON.parse(text) as { place?: string; serving?: boolean };
    return found.serving === true && found.place !== undefined && !leftOut.has(found.place);
  };
  let passes: boolean | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const asked = await Promise.all(Array.from({ length: ASKED }, () => ask().catch(() => undefined)));
    if (asked.includes(true)) return true;
    if (asked.every((one) => one === undefined)) return passes;
    passes = false;
  }
  return passes;
}

/**
 * Asks each NGINX for the hosts that it passes requests to: a host may run and not be in its list.
 *
 * @param urls of BALANCER_URL
 * @param leftOut places of hosts that do not count
 */
export async function askNginx(urls: string[], leftOut: Set<string>): Promise<NginxAnswer[]> {
  const targets = await findTargets(urls);
  return Promise.all(
    targets.map(async (target) => ({
      name: target.name,
      passesToOthers: await askOne(target, leftOut),
    })),
  );
}
