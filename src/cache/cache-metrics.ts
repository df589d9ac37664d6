import type { Metrics } from '../infra/metrics';

const CLASSES = ['task', 'tasks', 'user', 'users', 'person'] as const;
/** Classes of cached answers, and the people shown in them, as the metrics distinguish them. */
export type CacheClass = (typeof CLASSES)[number];

const EVENTS = ['hit', 'miss', 'bypass', 'fill', 'stale_refused', 'over_budget'] as const;
/**
 * `stale_refused`: not kept, since a write was newer; `over_budget`: not kept, since the caller's budget is used up.
 */
export type CacheEvent = (typeof EVENTS)[number];

/** @param size characters read from Redis or kept there */
export type CountCacheEvent = (of: CacheClass, event: CacheEvent, size?: number) => void;

export function createCacheMetrics(metrics: Pick<Metrics, 'counter'>): CountCacheEvent {
  const labels = ['class', 'event'];
  const events = metrics.counter('taskfleet_cache_total', 'Cached reads by outcome', labels);
  const sizes = metrics.counter(
    'taskfleet_cache_characters_total',
    'Characters read from and kept in the cache',
    labels,
  );
  // Bound in advance, since every read counts.
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
