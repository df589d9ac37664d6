import type { Metrics } from '../metrics';
import type { Mongo } from './mongo';

/** Connection ids are unique only within one server of the replica set. */
interface Event {
  address: string;
  connectionId: number | '<monitor>';
}

/**
 * Follows the driver's connection pool by its events. Connections made before this listens are counted from their
 * first use on.
 */
function watchPool(client: Mongo['client'], onFailed: (reason: string) => void) {
  const open = new Set<string>();
  const inUse = new Set<string>();
  let waiting = 0;
  const nameOf = ({ address, connectionId }: Event) => `${address} ${connectionId}`;
  const waitsNoMore = () => void (waiting = Math.max(0, waiting - 1));

  client.on('connectionCreated', (event) => void open.add(nameOf(event)));
  client.on('connectionClosed', (event) => {
    open.delete(nameOf(event));
    inUse.delete(nameOf(event));
  });
  client.on('connectionCheckOutStarted', () => void (waiting += 1));
  client.on('connectionCheckOutFailed', ({ reason }) => {
    waitsNoMore();
    onFailed(reason);
  });
  client.on('connectionCheckedOut', (event) => {
    waitsNoMore();
    open.add(nameOf(event));
    inUse.add(nameOf(event));
  });
  client.on('connectionCheckedIn', (event) => void inUse.delete(nameOf(event)));

  return {
    connections: () => ({ in_use: inUse.size, idle: Math.max(0, open.size - inUse.size) }),
    waiting: () => waiting,
  };
}

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
