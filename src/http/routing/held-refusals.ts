import type { ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { OverloadError } from '../../problems/errors';

/** Most clients whose last refusal is remembered, at about 200 bytes each. */
const REMEMBERED = 10_000;

/**
 * Slows clients that come back before the `Retry-After` of their last refusal has passed: the next refusal is held for
 * up to `holdMs`. A client that retries in a closed loop then sends one request a second on each connection instead of
 * hundreds, which leaves the cores to accepted work. The first refusal is sent at once, and so is any refusal while
 * `most` others are held.
 */
export function createHeldRefusals({ holdMs = 1_000, most = 1_000 } = {}) {
  const backAt = new LRUCache<string, number>({ max: REMEMBERED });
  const held = new Set<() => void>();
  let isOpen = true;

  /** Waits `ms`, or until the client disconnects or the worker stops. */
  const hold = (ms: number, response: ServerResponse) =>
    new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        response.off('close', end);
        held.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      held.add(end);
      response.once('close', end);
    });

  return {
    /** Throws `refusal`, at once or after the hold. @param client the key by which the client is counted */
    async refuse(client: string, refusal: OverloadError, response: ServerResponse): Promise<never> {
      const early = (backAt.get(client) ?? 0) - performance.now();
      if (early > 0 && isOpen && held.size < most) await hold(Math.min(early, holdMs), response);
      backAt.set(client, performance.now() + 1_000 * Number(refusal.headers['Retry-After']));
      throw refusal;
    },

    /** Releases what is held and refuses at once from now on: the worker stops. */
    end(): void {
      isOpen = false;
      for (const release of held) release();
    },
    open: () => void (isOpen = true),
  };
}
