import type { Mongo } from './mongo';

/** Of a connection: that of each server in the replica set has its own numbers. */
interface Event {
  address: string;
  connectionId: number | '<monitor>';
}

/**
 * The driver's pool as its events tell it. It had made its first connections before anybody could listen: those
 * are known once they are used.
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
    /** Operations that wait for a connection. */
    waiting: () => waiting,
  };
}
