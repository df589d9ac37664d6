import type { RecentRefusal } from '../admission/recent-refusals';

/** One answered request, as /ops shows it. */
export interface RecentRequest {
  /** Milliseconds since 1970. */
  at: number;
  method: string;
  /** As it is declared, with its parameters. */
  path: string;
  status: number;
  ms: number;
  /** For overload. */
  isRefused: boolean;
}

interface LiveStatsOptions {
  /** Milliseconds by which the event loop is late, over about the last second. */
  lateMs: () => number;
  refused: () => RecentRefusal[];
}

const KEPT = 512;
const RECENT = 20;
const WINDOW_MS = 5_000;

/** What a worker did in the last seconds: for people who watch. Prometheus has histograms instead. */
export function createLiveStats({ lateMs, refused }: LiveStatsOptions) {
  const ring: RecentRequest[] = [];
  let total = 0;
  let failed = 0;
  const cache = { hits: 0, misses: 0 };
  /** The counts of the cache at each look of the last 5 s: the first is what the window began with. */
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
      const request = {
        at: Date.now(),
        method,
        path: path ?? 'none',
        status,
        ms: seconds * 1_000,
        isRefused,
      };
      ring[total % KEPT] = request;
      total += 1;
      if (status >= 500 && !isRefused) failed += 1;
    },

    cacheEvent(event: string): void {
      if (event === 'hit') cache.hits += 1;
      else if (event === 'miss') cache.misses += 1;
    },

    /**
     * Rates and latencies are those of the last 5 s, or of the last 512 requests where these were more; the latencies are
     * null where there was none. The cache's counts are of the looks of the last 5 s.
     */
    snapshot() {
      const newest = [...ring.slice(total % KEPT), ...ring.slice(0, total % KEPT)];
      const from = Date.now() - WINDOW_MS;
      const latest = newest.filter(({ at }) => at >= from);
      // A refusal is quick, and would hide how long the others take.
      const times = latest
        .filter(({ isRefused }) => !isRefused)
        .map(({ ms }) => ms)
        .sort((a, b) => a - b);
      const quantile = (q: number) => times[Math.min(times.length - 1, Math.floor(q * times.length))] ?? null;
      const isWhole = latest.length < KEPT;
      const spanMs = isWhole ? WINDOW_MS : Math.max(1, Date.now() - latest[0]!.at);
      return {
        total,
        failed,
        perSecond: (latest.length * 1_000) / spanMs,
        p50Ms: quantile(0.5),
        p99Ms: quantile(0.99),
        lateMs: lateMs(),
        refused: refused(),
        cache: latestCache(Date.now()),
        recent: newest.slice(-RECENT),
      };
    },
  };
}
export type LiveStats = ReturnType<typeof createLiveStats>;
