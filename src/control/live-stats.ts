import type { RecentRefusal } from '../admission/recent-refusals';
import type { RecentRequest, RequestStats } from './protocol';

interface LiveStatsOptions {
  /** Delay of the event loop in milliseconds, over about the last second. */
  lateMs: () => number;
  refused: () => RecentRefusal[];
}

export type LiveStats = ReturnType<typeof createLiveStats>;

const KEPT = 512;
const RECENT = 20;
const WINDOW_MS = 5_000;

/** Keeps the last requests of this worker for the live page. Prometheus has histograms instead. */
export function createLiveStats({ lateMs, refused }: LiveStatsOptions) {
  const ring: RecentRequest[] = [];
  let total = 0;
  let failed = 0;
  let refusals = 0;
  const cache = { hits: 0, misses: 0 };
  /** Counts of the cache at each snapshot of the last 5 s, oldest first. */
  let looks: { at: number; hits: number; misses: number }[] = [];

  function latestCache(now: number) {
    const { hits, misses } = cache;
    looks = looks.filter(({ at }) => at >= now - WINDOW_MS);
    looks.push({ at: now, hits, misses });
    const [first] = looks;
    return { hits: hits - first!.hits, misses: misses - first!.misses };
  }

  return {
    record(
      method: string,
      path: string | undefined,
      status: number,
      seconds: number,
      isRefused: boolean,
    ): void {
      const at = Date.now();
      ring[total % KEPT] = { at, method, path: path ?? 'none', status, ms: seconds * 1_000, isRefused };
      total += 1;
      if (isRefused) refusals += 1;
      if (status >= 500 && !isRefused) failed += 1;
    },

    /** Requests since the start, without refusals. */
    answered: (): number => total - refusals,

    cacheEvent(event: string): void {
      if (event === 'hit') cache.hits += 1;
      else if (event === 'miss') cache.misses += 1;
    },

    snapshot(): RequestStats {
      const newest = [...ring.slice(total % KEPT), ...ring.slice(0, total % KEPT)];
      const now = Date.now();
      const latest = newest.filter(({ at }) => at >= now - WINDOW_MS);
      // Refusals are quick, and would hide the latency of the other requests.
      const times = latest
        .filter(({ isRefused }) => !isRefused)
        .map(({ ms }) => ms)
        .sort((a, b) => a - b);
      const quantile = (q: number) => times[Math.min(times.length - 1, Math.floor(q * times.length))] ?? null;
      const spanMs = latest.length < KEPT ? WINDOW_MS : Math.max(1, now - latest[0]!.at);
      return {
        total,
        failed,
        perSecond: (latest.length * 1_000) / spanMs,
        p50Ms: quantile(0.5),
        p99Ms: quantile(0.99),
        lateMs: lateMs(),
        refused: refused(),
        cache: latestCache(now),
        recent: newest.slice(-RECENT),
      };
    },
  };
}
