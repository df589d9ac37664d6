import { sum } from '../figures/statistics';
import { GROUPS, SERVERS, type Constants, type Group, type ServerGroup } from './constants-schema';
import type { Mix } from './mix';

/** What a load needs, before anything is divided over hosts. */
export interface Demand {
  perSecond: number;
  /** CPU time of an average request, in microseconds. */
  micros: Record<Group, number>;
  /** Cores that are busy all the time. */
  cores: Record<Group, number>;
  /** Bytes per second, in and out together. */
  bytes: Record<ServerGroup, number>;
  jobsPerSecond: number;
}

export function demandOf({ requests }: Constants, mix: Mix, perSecond: number): Demand {
  const average = (valueOf: (request: Constants['requests'][string]) => number) =>
    sum(Object.entries(mix).map(([name, share]) => share * valueOf(requests[name]!)));
  const micros = table(GROUPS, (group) => average(({ cpuMicros }) => cpuMicros[group]));
  return {
    perSecond,
    micros,
    cores: table(GROUPS, (group) => (micros[group] * perSecond) / 1e6),
    bytes: table(SERVERS, (name) => perSecond * average(({ bytes }) => bytes[name].in + bytes[name].out)),
    jobsPerSecond: perSecond * average(({ jobs }) => jobs.perRequest),
  };
}

const table = <K extends string>(names: readonly K[], valueOf: (name: K) => number) =>
  Object.fromEntries(names.map((name) => [name, valueOf(name)])) as Record<K, number>;
