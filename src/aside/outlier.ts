import type { Vitals } from '../control/protocol';

/** Milliseconds at which clients notice, whatever the reason. */
const LATE_MS = 40;
/** Milliseconds that suffice for a worker whose event loop mostly waits for a core. */
const SLOW_LATE_MS = 15;
/** CPU time by busy time: about 1 on a host with room, 0.1 under a quota of a tenth. */
const SLOW_PACE = 0.3;
/** How many times as late as its siblings an outlier is. */
const OUTLIER = 4;
/** A late worker that gets less of a core is held by something; one that gets more has much work. */
const HELD_CORES = 0.5;
/** Utilisation above which a sibling has no room. */
const FULL = 0.8;
/** Up to this age a worker that started or returned is late for other reasons. */
const YOUNG_MS = 10_000;

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const paceOf = ({ cores, utilisation }: Vitals): number => cores / Math.max(utilisation, 0.05);

/**
 * Returns true if something outside, such as a quota, may hold this worker: it is late, and not by its own work. Too
 * many requests would make its siblings late as well.
 */
export const mayBeHeld = (own: Vitals): boolean =>
  own.lateMs >= (paceOf(own) <= SLOW_PACE ? SLOW_LATE_MS : LATE_MS) &&
  own.cores <= HELD_CORES &&
  own.servingForMs >= YOUNG_MS;

/**
 * Returns true if a worker that may be held should leave its requests to its siblings, as Envoy's outlier detection
 * ejects a host: it is several times as late as they are, they have room, and none of them is aside, young or
 * unreachable (`undefined`).
 */
export function shouldStepAside(own: Vitals, siblings: (Vitals | undefined)[]): boolean {
  if (!mayBeHeld(own)) return false;
  const known = siblings.filter((sibling) => sibling !== undefined);
  if (known.length < siblings.length || known.some(({ aside }) => aside)) return false;
  const serving = known.filter((sibling) => sibling.serving);
  if (serving.length === 0 || serving.some(({ servingForMs }) => servingForMs < YOUNG_MS)) return false;
  if (own.lateMs < OUTLIER * mean(serving.map(({ lateMs }) => lateMs))) return false;
  // On a host that other processes keep busy, all workers wait for a core.
  if (own.lateMs < LATE_MS && 2 * paceOf(own) > mean(serving.map(paceOf))) return false;
  return mean(serving.map(({ utilisation }) => utilisation)) <= FULL;
}

/** Returns true if no sibling of a worker that is aside serves, or they get half as late as it was. */
export function isNeeded(lateMsThen: number, siblings: (Vitals | undefined)[]): boolean {
  const serving = siblings.filter((sibling) => sibling?.serving);
  const tooLateMs = Math.max(LATE_MS, lateMsThen / 2);
  return serving.length === 0 || mean(serving.map((sibling) => sibling!.lateMs)) >= tooLateMs;
}
