import { randomInt } from 'node:crypto';

/**
 * Draws the seconds for `Retry-After` (RFC 9110, 10.2.3) from `least` to twice as many plus one, so that clients that
 * were refused together do not return together.
 */
export const spreadSeconds = (least: number): number => randomInt(least, 2 * least + 2);

/** Does the same for a wait in milliseconds; returns at least 1. */
export const spreadWait = (ms: number): number => spreadSeconds(Math.max(1, Math.ceil(ms / 1_000)));
