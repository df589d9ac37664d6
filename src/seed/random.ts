import { createHash } from 'node:crypto';

/** Creates a random generator (Mulberry32) whose values depend on the name alone. */
export function createRandom(name: string) {
  let state = createHash('sha256').update(name).digest().readUInt32LE();
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  /** Returns a whole number from 0 to `end` - 1. */
  const whole = (end: number): number => Math.floor(next() * end);

  return {
    whole,
    chance: (probability: number): boolean => next() < probability,
    pick: <T>(from: readonly T[]): T => from[whole(from.length)]!,
  };
}

/** Returns an id in MongoDB's form, always the same for a name. */
export const idOf = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 24);
