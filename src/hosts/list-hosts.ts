import type { HostRecord } from './host-model';
import type { HostRepository } from './host-repository';
import { buildOf } from '../process/version';

/** A process that was not seen for this long does not run; it announces itself every 3 s. */
export const GONE_MS = 15_000;

interface ListedProcess {
  name: string;
  port?: number;
  serving: boolean;
  followed: boolean;
}

/** A host as `taskfleet hosts` shows it. */
export interface ListedHost {
  name: string;
  /** Differs for two hosts of the same name; unset if no process of it was seen. */
  place?: string;
  address?: string;
  apiWorkers: ListedProcess[];
  jobWorkers: ListedProcess[];
  /** Digests of builds. More than one: a reload is under way or was left half-way. */
  builds: string[];
  versions: string[];
  /** Ids of the keys of the tokens; the first signs. */
  keyIds: string[];
  keyPrefix?: string;
  skewMs?: number;
  /** Milliseconds since it was seen. */
  lastSeenMs?: number;
  startedAt?: Date;
  /** True if no process of it was seen of late. */
  isGone: boolean;
  /** Since when an operator wants it to be drained. */
  drainedSince?: Date;
}

const unique = (values: (string | null | undefined)[]): string[] => [
  ...new Set(values.filter((value): value is string => typeof value === 'string')),
];

const isApi = ({ process }: HostRecord) => process?.startsWith('api-') ?? false;

const processesOf = (records: HostRecord[]): ListedProcess[] =>
  records
    .map(({ process, port, serving, followed }) => ({
      name: process!,
      port: port ?? undefined,
      serving: serving === true,
      followed: followed === true,
    }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));

/** @param now milliseconds since 1970 by MongoDB's clock */
const ageOf = ({ lastSeen }: HostRecord, now: number) => Math.max(0, now - lastSeen!.getTime());

/** Returns whether a process was seen of late. @param now as above */
export const isLiving = (record: HostRecord, now: number): boolean => ageOf(record, now) < GONE_MS;

function hostOf(
  name: string,
  records: HostRecord[],
  wanted: HostRecord | undefined,
  now: number,
): ListedHost {
  const newest = [...records].sort((a, b) => ageOf(a, now) - ageOf(b, now))[0];
  const living = records.filter((record) => isLiving(record, now));
  // If the host died, what was seen last is shown.
  const shown = living.length > 0 ? living : records;
  const keys = shown.find(({ keyIds }) => keyIds?.length)?.keyIds ?? [];
  return {
    name,
    place: newest?.place ?? undefined,
    address: newest?.address ?? undefined,
    apiWorkers: processesOf(living.filter(isApi)),
    jobWorkers: processesOf(living.filter((record) => !isApi(record))),
    builds: unique(shown.map(({ release }) => release && buildOf(release))),
    versions: unique(shown.map(({ version }) => version)),
    keyIds: keys,
    keyPrefix: newest?.keyPrefix ?? undefined,
    skewMs: newest?.skewMs ?? undefined,
    lastSeenMs: newest && ageOf(newest, now),
    startedAt: shown.map(({ startedAt }) => startedAt!).sort((a, b) => a.getTime() - b.getTime())[0],
    isGone: living.length === 0,
    drainedSince: wanted?.askedAt ?? undefined,
  };
}

/**
 * Puts the records together by host, in the order of their names.
 *
 * @param now milliseconds since 1970 by MongoDB's clock
 */
export function hostsOf(records: HostRecord[], now: number): ListedHost[] {
  const wanted = new Map(records.filter(({ isDrained }) => isDrained).map((record) => [record.host, record]));
  const groups = new Map<string, HostRecord[]>([...wanted.keys()].map((name) => [name, []]));
  for (const record of records.filter(({ lastSeen }) => lastSeen)) {
    // A request alone is a host without processes, until one of them is found.
    if (groups.get(record.host)?.length === 0) groups.delete(record.host);
    const key = `${record.host}\n${record.place}`;
    groups.set(key, [...(groups.get(key) ?? []), record]);
  }
  return [...groups]
    .map(([key, ofIt]) => {
      const name = key.split('\n')[0]!;
      return hostOf(name, ofIt, wanted.get(name), now);
    })
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/** Lists the hosts. */
export async function listHosts(hosts: Pick<HostRepository, 'all' | 'skewMs'>): Promise<ListedHost[]> {
  const skewMs = await hosts.skewMs();
  return hostsOf(await hosts.all(), Date.now() - skewMs);
}

/** Returns a word or two for the state of a host. */
export function stateOf({ isGone, drainedSince, apiWorkers, jobWorkers }: ListedHost): string {
  if (isGone) return 'gone';
  const all = [...apiWorkers, ...jobWorkers];
  if (drainedSince) return all.every(({ followed }) => followed) ? 'drained' : 'drains';
  const serving = apiWorkers.filter((worker) => worker.serving).length;
  if (serving === apiWorkers.length) return apiWorkers.length > 0 ? 'serves' : 'no API';
  return `${serving} of ${apiWorkers.length}`;
}
