import { randomInt } from 'node:crypto';

/**
 * Whole seconds for `Retry-After`, random in [least, 2 · least + 1]: clients that were refused at the same moment do not
 * return together.
 */
export const spreadSeconds = (least: number): number => randomInt(least, 2 * least + 2);
