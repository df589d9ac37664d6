import { randomInt } from 'node:crypto';

/**
 * Seconds for `Retry-After` (RFC 9110, 10.2.3), drawn from `least` to twice as many and one: clients that were refused
 * together and wait as told do not return together.
 */
export const spreadSeconds = (least: number): number => randomInt(least, 2 * least + 2);

/** The same for a wait in milliseconds; at least 1. */
export const spreadWait = (ms: number): number => spreadSeconds(Math.max(1, Math.ceil(ms / 1_000)));
