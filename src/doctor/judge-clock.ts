import { SKEW_MS } from '../notices/limits';
import { findingsOf, inMs, type Finding } from './finding';

interface Clock {
  /** Differences below this are not worth a word. */
  notedMs: number;
  /** Names the clock at the beginning of a sentence. */
  whose: string;
  /** Names the clock that it is compared with. */
  than: string;
}

const CURE = 'Synchronise the hosts by NTP (timedatectl set-ntp true)';

/** Judges a clock that is `skewMs` ahead of another; `undefined` if the two agree. */
export function judgeClock(
  group: string,
  skewMs: number,
  { notedMs, whose, than }: Clock,
): Finding | undefined {
  const { warning, error } = findingsOf(group);
  const apart = Math.abs(skewMs);
  if (apart <= notedMs) return undefined;
  const says = `${whose} is ${inMs(apart)} ${skewMs > 0 ? 'ahead of' : 'behind'} ${than}`;
  return apart < SKEW_MS ? warning(says, CURE) : error(`${says}; the maximum is ${inMs(SKEW_MS)}`, CURE);
}
