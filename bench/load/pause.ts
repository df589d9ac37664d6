import { setTimeout } from 'node:timers/promises';

/** Rejects at once when the bench is interrupted. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  setTimeout(ms, undefined, { signal });
