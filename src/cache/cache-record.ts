import type { Metrics } from '../infra/metrics';

const CLASSES = ['task', 'tasks', 'user', 'users', 'person'] as const;
/** Kinds of cached answers, and the people shown in them, told apart in the metrics. */
export type CacheClass = (typeof CLASSES)[number];

const EVENTS = ['hit', 'miss', 'bypass', 'fill', 'stale_refused', 'over_budget'] as const;
/** `stale_refused`: data that was older than a write, and so not kept; `over_budget`: its caller has filled enough. */
export type CacheEvent = (typeof EVENTS)[number];

/** Counts it. `size`: characters of what was read from Redis or kept there. */
export type CacheRecord = (of: CacheClass, event: CacheEvent, size?: number) => void;

export function createCacheRecord(metrics: Pick<Metrics, 'counter'>): CacheRecord {
  const events = metrics.counter('taskfleet_cache_total', 'Cached reads and what became of them', [
    'class',
    'event',
  ]);
  const sizes = metrics.counter('taskfleet_cache_characters_total', 'Read from the cache and kept there', [
    'class',
    'event',
  ]);
  // Bound once: it is counted on every read.
  const counters = new Map(
    CLASSES.flatMap((of) =>
      EVENTS.map((event) => [`${of} ${event}`, { one: events(of, event), size: sizes(of, event) }] as const),
    ),
  );
  return (of, event, size) => {
    const counter = counters.get(`${of} ${event}`)!;
    counter.one();
    if (size !== undefined) counter.size(size);
  };
}
