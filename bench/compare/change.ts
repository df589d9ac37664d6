import { median } from '../figures/statistics';

export interface Change {
  from: number;
  to: number;
  /** 0.1 is a tenth more. */
  share: number;
  /** `undefined` if there are too few rounds to judge. */
  verdict?: 'better' | 'worse' | 'same';
}

/** With fewer rounds the ranges lie apart by chance too often: of 2 against 2, one time in three. */
export const LEAST_ROUNDS = 3;
/** A smaller change does not matter, however certain it is. */
export const LEAST_CHANGE = 0.05;

/**
 * A change counts if the median moved by more than 5 % and the ranges of the rounds do not overlap. With few rounds that
 * is as strict as a rank test can be, since its statistic is then at its very end.
 */
export function compareRounds(before: number[], after: number[], moreIsBetter: boolean): Change {
  const [from, to] = [median(before), median(after)];
  const share = to / from - 1;
  if (Math.min(before.length, after.length) < LEAST_ROUNDS) return { from, to, share };
  const areApart = Math.max(...before) < Math.min(...after) || Math.max(...after) < Math.min(...before);
  if (!areApart || !(Math.abs(share) > LEAST_CHANGE)) return { from, to, share, verdict: 'same' };
  return { from, to, share, verdict: share > 0 === moreIsBetter ? 'better' : 'worse' };
}

/** Returns how often the ranges of a and b rounds of the same thing lie apart by chance: 2 / C(a + b, a). */
export function chanceOfApart(a: number, b: number): number {
  let ways = 1;
  for (let k = 1; k <= a; k += 1) ways = (ways * (b + k)) / k;
  return 2 / ways;
}
