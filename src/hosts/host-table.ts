import { apiHostsOf } from '../config/api-hosts';
import { shortened } from '../lib/shortened';
import { stateOf, type ListedHost } from './list-hosts';

/** Widths by which a line has 80 columns at most. */
const COLUMNS = [14, 20, 3, 4, 8, 5, 7, 7];
const HEAD = ['HOST', 'ADDRESS', 'API', 'JOBS', 'BUILD', 'SEEN', 'SKEW', 'STATE'];

const span = (ms: number): string => {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
};

/** @param ms milliseconds ahead of MongoDB's clock */
const skew = (ms: number): string => {
  const size = Math.abs(ms) < 10_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 1_000)} s`;
  return ms > 0 && !size.startsWith('0') ? `+${size}` : size.replace('-0', '0');
};

function addressOf({ address, apiWorkers }: ListedHost): string {
  const ports = apiWorkers.flatMap(({ port }) => port ?? []);
  return address && ports.length > 0 ? apiHostsOf(address, ports) : (address ?? '–');
}

const row = (cells: string[]): string =>
  cells
    .map((cell, at) => shortened(cell, COLUMNS[at]!).padEnd(COLUMNS[at]!))
    .join(' ')
    .trimEnd();

/** Formats the hosts as lines of at most 80 columns. */
export const hostTable = (hosts: ListedHost[]): string[] =>
  [
    HEAD,
    ...hosts.map((host) => [
      host.name,
      addressOf(host),
      String(host.apiWorkers.length),
      String(host.jobWorkers.length),
      host.builds.length > 1 ? `${host.builds.length} of them` : (host.builds[0] ?? '–'),
      host.lastSeenMs === undefined ? '–' : span(host.lastSeenMs),
      host.skewMs === undefined ? '–' : skew(host.skewMs),
      stateOf(host),
    ]),
  ].map(row);
