import fs from 'node:fs';
import { isIP } from 'node:net';
import { addressesOf } from '../../src/config/api-hosts';
import { isAtLeast } from '../../src/doctor/finding';
import { itemsOf } from '../../src/lib/networks';
import { UserError } from '../command/run-command';
import { readEdge, type Edge } from './edge';
import type { Balancing } from './types';

/** From this version on NGINX without a licence looks names up again while it runs. */
const RESOLVES_SINCE = '1.27.3';
const RESOLV_CONF = '/etc/resolv.conf';

/**
 * max_fails and fail_timeout, also in balance.lua. After a fail_timeout NGINX sends one request to a port that failed.
 * If its host vanished without a word, that request waits for the connect time-out first. So other hosts are tried less
 * often than ports of this host, which refuse at once.
 */
const OWN = 'max_fails=3 fail_timeout=2s';
const OTHER = 'max_fails=3 fail_timeout=5s';

interface Options {
  /** Ports of the API workers on this host. */
  apiPorts: number[];
  balancing: Balancing;
  /** Returns the version of NGINX. */
  version: () => string;
  resolvConf?: string;
}

/**
 * Returns the values of nginx.conf.template that list API workers: those of this host, and of API_HOSTS.
 *
 * @throws UserError if this NGINX cannot serve API_HOSTS
 */
export function apiServers(edge: Edge, { apiPorts, balancing, version, resolvConf = RESOLV_CONF }: Options) {
  const { hosts } = readEdge(edge);
  const own = apiPorts.map((port) => `127.0.0.1:${port}`);
  const named = hosts.find(({ isName }) => isName);
  if (named) requireResolving(named.host, balancing, version());
  const servers = [
    ...(named ? [`resolver ${resolversOf(edge, named.host, resolvConf).join(' ')} valid=5s;`] : []),
    ...own.map((address) => `server ${address} ${OWN};`),
    ...hosts.flatMap((host) =>
      addressesOf(host)
        .filter((address) => !own.includes(address))
        .map((address) => `server ${address} ${OTHER}${host.isName ? ' resolve' : ''};`),
    ),
  ];
  const addresses = hosts.filter(({ isName }) => !isName).map(({ host }) => host.replace(/[[\]]/g, ''));
  const networks = [...new Set(addresses)].map((host) => `${host}/${isIP(host) === 4 ? 32 : 128} 1;`);
  return {
    API_SERVERS: servers.join('\n    '),
    API_PEERS: [...new Set([...own, ...hosts.flatMap(addressesOf)])].join(' '),
    NGINX_API_HOSTS: networks.join('\n    '),
    // On this host a connection that takes longer than an instant meets a full queue, whatever the limit is: the kernel
    // tries again after a second.
    NGINX_CONNECT_TIMEOUT: hosts.length > 0 ? '300ms' : '1s',
  };
}

function requireResolving(name: string, balancing: Balancing, version: string): void {
  if (balancing === 'response-time')
    throw new UserError(
      `API_HOSTS names ${name}, but BALANCING=response-time resolves no names: write addresses, or choose least-connections.`,
    );
  if (isAtLeast(version, RESOLVES_SINCE)) return;
  throw new UserError(
    `API_HOSTS names ${name}, but NGINX ${version} looks a name up only when it starts, and would go on sending to an ` +
      `address that has changed. Write addresses, or install NGINX ${RESOLVES_SINCE} or newer.`,
  );
}

/** NGINX asks DNS servers itself, and knows neither /etc/hosts nor search domains. */
function resolversOf({ RESOLVER }: Edge, name: string, file: string): string[] {
  if (RESOLVER) return itemsOf(RESOLVER);
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  const found = [...text.matchAll(/^nameserver[ \t]+([\da-f.:]+)[ \t]*$/gim)].map(([, address]) => address!);
  if (found.length === 0)
    throw new UserError(
      `API_HOSTS names ${name}, but ${file} names no DNS server: set RESOLVER to the address of one.`,
    );
  return found.map((address) => (isIP(address) === 6 ? `[${address}]` : address));
}
