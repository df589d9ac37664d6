import type { ConnectOptions } from 'mongoose';

/**
 * Keeps what was acknowledged over a failover, and reads no older state than that. An address cannot change it:
 * `readPreference=secondaryPreferred` would fill the cache with what a secondary has not seen yet, and a write with `w=1`
 * is lost if its primary dies.
 */
export const CONSISTENCY = {
  w: 'majority',
  journal: true,
  retryWrites: true,
  retryReads: true,
  readPreference: 'primary',
  // Not `majority`: a refused conditional write is explained by a read, which must not be older than the write saw.
  readConcernLevel: 'local',
} satisfies ConnectOptions;

/** Options of an address that this replaces, in small letters; the driver takes them in any case. */
const REPLACED = new Set([
  ...Object.keys(CONSISTENCY).map((name) => name.toLowerCase()),
  'readconcern',
  'readpreferencetags',
  'maxstalenessseconds',
  'writeconcern',
  'wtimeout',
  'wtimeoutms',
  'j',
  'fsync',
]);

/** Takes the options that CONSISTENCY replaces out of an address: the driver would combine some with it, or refuse both. */
export function consistentUrl(url: string): { url: string; ignored: string[] } {
  const [address = '', ...rest] = url.split('?');
  const parts = rest.join('?').split('&').filter(Boolean);
  const isReplaced = (part: string) => REPLACED.has(nameOf(part).toLowerCase());
  const kept = parts.filter((part) => !isReplaced(part));
  return {
    url: kept.length > 0 ? `${address}?${kept.join('&')}` : address,
    ignored: parts.filter(isReplaced),
  };
}

function nameOf(part: string): string {
  const [name = ''] = part.split('=');
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

export interface Hello {
  setName?: string;
  msg?: string;
  hosts?: string[];
  passives?: string[];
  /** Names the election by which this server became the primary. */
  electionId?: { toString: () => string };
}

/** Returns why a server of this address cannot be used; `undefined` if it can. */
export function whyUnsuited({ setName, msg, hosts = [], passives = [] }: Hello, isDirect: boolean) {
  // Transactions need a replica set; a standalone server would fail only at the first one.
  if (!setName && msg !== 'isdbgrid')
    return 'MONGO_URL names a server that is not a replica set: start mongod with --replSet.';
  const members = hosts.length + passives.length;
  if (!isDirect || members <= 1) return undefined;
  return (
    `MONGO_URL has directConnection=true, and the replica set ${setName} has ${members} members: reads would go on at ` +
    `this one when another is the primary. Replace directConnection=true by replicaSet=${setName}.`
  );
}
