import type { Reason, RequestClass } from './refusals';

export interface RecentRefusal {
  class: RequestClass;
  reason: Reason;
  /** Mean of the last five whole seconds. */
  perSecond: number;
  count: number;
}

const RATE_SECONDS = 5;
const KEPT_SECONDS = 300;

/** Counts refusals of the last five minutes by second, for people who watch; Prometheus has counters. */
export function createRecentRefusals() {
  let seconds: { at: number; counts: Map<string, number> }[] = [];
  const now = () => Math.floor(performance.now() / 1_000);

  function dropOld(at: number): void {
    if (seconds[0] && seconds[0].at <= at - KEPT_SECONDS)
      seconds = seconds.filter((second) => second.at > at - KEPT_SECONDS);
  }

  return {
    add(of: RequestClass, reason: Reason): void {
      const at = now();
      let second = seconds.at(-1);
      if (second?.at !== at) {
        dropOld(at);
        seconds.push((second = { at, counts: new Map() }));
      }
      const key = `${of} ${reason}`;
      second.counts.set(key, (second.counts.get(key) ?? 0) + 1);
    },

    /** Lists refusals by class and reason, the most frequent first. */
    list(): RecentRefusal[] {
      const until = now();
      dropOld(until);
      const found = new Map<string, RecentRefusal>();
      for (const { at, counts } of seconds) {
        const isLatest = at < until && at >= until - RATE_SECONDS;
        for (const [key, count] of counts) {
          const [of, reason] = key.split(' ') as [RequestClass, Reason];
          const entry = found.get(key) ?? { class: of, reason, perSecond: 0, count: 0 };
          entry.count += count;
          if (isLatest) entry.perSecond += count / RATE_SECONDS;
          found.set(key, entry);
        }
      }
      return [...found.values()].sort((a, b) => b.count - a.count);
    },
  };
}
