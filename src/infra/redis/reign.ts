import { createHash } from 'node:crypto';

/**
 * The unbroken time of one Redis process as primary. A restart, a promotion and a demotion each begin another one, so
 * what was confirmed in a reign can only be lost with it.
 */
export interface Reign {
  /** Names the reign: the run id and the replication id of the server, shortened, and what sets its keys apart. */
  id: string;
  /** Names the Redis process, in the names of keys. */
  run: string;
}

/** 48 bits suffice to distinguish Redis processes. */
const ID_LENGTH = 12;
const KEYSPACE_LENGTH = 8;

/**
 * Sets the mark KEYS[1] to ARGV[1] for ARGV[2] ms, on this server alone: no replica gets it, so it is gone once the
 * data of another server has replaced that of this one. Returns what the server says of itself afterwards.
 */
export const LOOK = `
redis.set_repl(redis.REPL_NONE)
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return redis.call('INFO', 'server') .. redis.call('INFO', 'replication') .. redis.call('INFO', 'cluster')
`;

/** Reads a field of the answer to INFO; '' if it is not there. */
export const infoField = (info: string, name: string): string =>
  new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';

export const isClusterInfo = (info: string): boolean => infoField(info, 'cluster_enabled') === '1';

/** Returns the shortened run id. */
export const runOf = (info: string): string => infoField(info, 'run_id').slice(0, ID_LENGTH);

/** Distinguishes users of one server that do not see each other's keys. */
export const keyspaceOf = (database: number, prefix: string): string =>
  createHash('sha256').update(`${database} ${prefix}`).digest('hex').slice(0, KEYSPACE_LENGTH);

/** @returns `undefined` if the server is not a primary */
export function reignOf(info: string, keyspace: string): Reign | undefined {
  if (infoField(info, 'role') !== 'master') return undefined;
  const run = runOf(info);
  return { run, id: `${run}-${infoField(info, 'master_replid').slice(0, ID_LENGTH)}-${keyspace}` };
}

/** Errors of a server that is not, or no longer, a primary with its data. Redis 6 wraps those of scripts. */
export const isDemotion = (error: Error): boolean => /\b(READONLY|LOADING|MASTERDOWN)\b/.test(error.message);

export const isClusterError = (error: Error): boolean =>
  /^(MOVED|ASK|CLUSTERDOWN|CROSSSLOT)\b/.test(error.message);

export const CLUSTER_REFUSED =
  'REDIS_URL leads to a Redis Cluster, which taskfleet does not use. Name one primary (redis://…), ' +
  'or the sentinels of one (redis+sentinel://…).';
