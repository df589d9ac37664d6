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
export function watchPool(client: Mongo['client'], onFailed: (reason: string) => void = () => {}) {
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
