/**
 * Returns a `Retry-After` in whole seconds, at random from `least` to twice as many and one: clients that are refused
 * together do not come back together.
 */
export function spreadSeconds(least: number): number {
  return least + Math.floor(Math.random() * (least + 2));
}
