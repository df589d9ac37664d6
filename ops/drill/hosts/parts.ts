import { cut } from './cut';
import { kill } from './kill';
import type { Part } from './part';
import { reloads } from './reloads';

/** In the order in which they run. */
export const parts: Record<string, Part> = { reloads, kill, cut };
