import { isIP } from 'node:net';
import { isHost } from '../lib/host-name';

/** API workers of another host in API_HOSTS. */
export interface ApiHost {
  /** Has brackets around an IPv6 address, as in a URL. */
  host: string;
  ports: number[];
  isName: boolean;
}

/** The number of ports that API_HOSTS may name: NGINX's shared memory and the leave of a worker are made for it. */
const MOST_PORTS = 128;
export const EXAMPLE = '10.0.0.11:4001-4004';

const ENTRY = /^(\[[^\]]*\]|[^:]*):(\d{1,5})(?:-(\d{1,5}))?$/;
const ANY_ADDRESS = ['0.0.0.0', '[::]'];

/** Parses API_HOSTS. `fault` completes a sentence that begins with the name of the variable. */
export function parseApiHosts(text: string): { hosts: ApiHost[]; fault?: string } {
  const hosts: ApiHost[] = [];
  const known = new Set<string>();
  for (const entry of text.split(',').map((item) => item.trim())) {
    const host = parseEntry(entry);
    if (typeof host === 'string') return { hosts: [], fault: host };
    hosts.push(host);
    for (const address of addressesOf(host)) {
      if (known.has(address)) return { hosts: [], fault: `names ${address} twice` };
      known.add(address);
    }
    if (known.size > MOST_PORTS)
      return { hosts: [], fault: `names more than ${MOST_PORTS} ports: put several NGINX before the hosts` };
  }
  return { hosts };
}

/** Returns what is wrong with the entry if it is malformed. */
function parseEntry(entry: string): ApiHost | string {
  if (entry === '') return 'has an empty entry: there is a comma too many';
  if (entry.includes('://')) return `names ${entry}: leave out ${entry.split('://')[0]}://`;
  const [, given, from, to = from] = ENTRY.exec(entry) ?? [];
  if (given === undefined) return faultOfForm(entry);
  const [first, last] = [Number(from), Number(to)];
  if (!isPort(first) || !isPort(last)) return `names ${entry}: a port is a number from 1 to 65535`;
  if (first > last) return `names ${entry}: the range ends before it begins`;
  if (last - first >= MOST_PORTS) return `names ${entry}: that is more than ${MOST_PORTS} ports`;
  const host = hostOf(given);
  if (!host) return `names ${entry}: "${given}" is neither an address nor the name of a host`;
  if (ANY_ADDRESS.includes(host)) return `names ${entry}: write the address at which NGINX reaches that host`;
  const ports = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return { host, ports, isName: isIP(host.replace(/[[\]]/g, '')) === 0 };
}

const isPort = (port: number) => port >= 1 && port <= 65_535;

function faultOfForm(entry: string): string {
  if (isIP(entry) === 6 || entry.split(':').length > 2)
    return `names ${entry}: write an IPv6 address in brackets, and its ports, as [fd00::1]:4001-4004`;
  return entry.includes(':')
    ? `names ${entry}: write a port or a range of ports behind the colon, as ${EXAMPLE}`
    : `names ${entry} without a port: write ${entry}:4001, or a range as ${EXAMPLE}`;
}

/** Returns the host in one way of writing, so that two entries can be compared. */
function hostOf(given: string): string | undefined {
  // NGINX knows no interface of an address (fe80::1%eth0).
  if (given.startsWith('['))
    return isIP(given.slice(1, -1)) === 6 && !given.includes('%')
      ? new URL(`http://${given}`).hostname
      : undefined;
  return isHost(given) ? given.toLowerCase() : undefined;
}

/** Returns each address with its port, as NGINX writes it. */
export const addressesOf = ({ host, ports }: ApiHost): string[] => ports.map((port) => `${host}:${port}`);

/** Returns `10.0.0.12:4001-4004`, as API_HOSTS lists them; ports with a gap stand alone. */
export function apiHostsOf(host: string, ports: number[]): string {
  const sorted = [...ports].sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const port of sorted) {
    const last = ranges.at(-1);
    if (last && port === last[1] + 1) last[1] = port;
    else ranges.push([port, port]);
  }
  const name = host.includes(':') ? `[${host}]` : host;
  return ranges.map(([from, to]) => `${name}:${from === to ? from : `${from}-${to}`}`).join(',');
}
