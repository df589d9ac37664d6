import type { Metrics } from '../metrics';
import type { Mongo } from './mongo';
import { watchPool } from './pool';

export function observeMongo(metrics: Metrics, client: Mongo['client']): void {
  const failed = metrics.counter(
    'taskfleet_mongo_pool_checkout_failures_total',
    'Operations that got no connection to MongoDB',
    ['reason'],
  );
  // The driver's names.
  const ofReason = new Map(['timeout', 'connectionError', 'poolClosed'].map((it) => [it, failed(it)]));
  const pool = watchPool(client, (reason) => (ofReason.get(reason) ?? failed(reason))());
  metrics.gauges('taskfleet_mongo_pool_connections', 'Connections to MongoDB', 'state', pool.connections);
  metrics.gauge(
    'taskfleet_mongo_pool_max_connections',
    'Maximum connections to one MongoDB server',
    () => client.options.maxPoolSize,
  );
  metrics.gauge('taskfleet_mongo_pool_waiting', 'Operations waiting for a connection', pool.waiting);
}
