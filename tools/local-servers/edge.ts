import os from 'node:os';
import { addressesOf as addressesOfHost, parseApiHosts, type ApiHost } from '../../src/config/api-hosts';
import { describeListen, parseListen, type Listen } from '../../src/config/listen';
import { isLoopback } from '../../src/lib/client-address';
import { itemsOf, networksOf } from '../../src/lib/networks';
import { UserError } from '../command/run-command';
import { hasIpv6 } from './ports';

/** Variables of NGINX alone. */
export const nginxVariables = [
  'LISTEN',
  'TLS_CERT',
  'TLS_KEY',
  'REAL_IP_FROM',
  'LIMIT_RATE',
  'API_HOSTS',
  'RESOLVER',
] as const;
/** PROFILE decides about values of the apps, of which NGINX shares some. */
export const edgeVariables = [...nginxVariables, 'PROFILE'] as const;
/** Holds them as they were given. */
export type Edge = Partial<Record<(typeof edgeVariables)[number], string>>;

export const isOfEdge = (name: string): boolean => edgeVariables.some((known) => known === name);

/** File in the folder of NGINX with the key and the certificates. */
export const PEM = 'tls.pem';

/** Returns those that the environment sets. */
export const edgeOf = (env: NodeJS.ProcessEnv): Edge =>
  Object.fromEntries(edgeVariables.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));

const redirects = ({ isTls }: Listen, hasTls: boolean) => hasTls && !isTls;

const bare = (host: string) => host.replace(/[[\]]/g, '');
const isOfThisHost = (host: string) =>
  host === 'localhost' ||
  isLoopback(bare(host)) ||
  Object.values(os.networkInterfaces()).some((list = []) =>
    list.some(({ address }) => address === bare(host)),
  );

/** @throws UserError if NGINX would send requests to itself, round in circles */
function refuseSelf(hosts: ApiHost[], listens: Pick<Listen, 'host' | 'port'>[]): void {
  const isSelf = (host: string, port: number) =>
    listens.some(
      (listen) =>
        listen.port === port &&
        (listen.host && !['0.0.0.0', '[::]'].includes(listen.host)
          ? listen.host === (host === 'localhost' ? '127.0.0.1' : host)
          : isOfThisHost(host)),
    );
  const [own] = hosts.flatMap(({ ports, ...host }) =>
    addressesOfHost({ ...host, ports: ports.filter((port) => isSelf(host.host, port)) }),
  );
  if (own)
    throw new UserError(
      `API_HOSTS names ${own}, the address of this NGINX itself: requests would go round in circles. ` +
        'Name the ports of API workers.',
    );
}

/** Checks variables against each other, and reads LISTEN and API_HOSTS. @throws UserError */
export function readEdge({ LISTEN, TLS_CERT, TLS_KEY, API_HOSTS }: Edge) {
  if (Boolean(TLS_CERT) !== Boolean(TLS_KEY)) {
    const [given, missing] = TLS_CERT ? ['TLS_CERT', 'TLS_KEY'] : ['TLS_KEY', 'TLS_CERT'];
    throw new UserError(`${given} is set and ${missing} is not: set both, or none of them.`);
  }
  const hasTls = Boolean(TLS_CERT);
  const listens = LISTEN ? parseListen(LISTEN, hasTls) : [];
  if (!listens) throw new UserError(`LISTEN is "${LISTEN}"; docs/configuration.md shows what it can be.`);
  const tls = listens.find(({ isTls }) => isTls);
  if (tls && !hasTls)
    throw new UserError(`LISTEN names ${describeListen(tls)}: set TLS_CERT and TLS_KEY as well.`);
  if (hasTls && !tls)
    throw new UserError('TLS_CERT is set, but LISTEN names no port for HTTPS: set LISTEN=80,443.');
  const { hosts, fault } = API_HOSTS ? parseApiHosts(API_HOSTS) : { hosts: [] };
  if (fault) throw new UserError(`API_HOSTS ${fault}.`);
  refuseSelf(hosts, listens);
  return { listens, hasTls, tls, hosts };
}

const wildcards = hasIpv6 ? ['0.0.0.0', '[::]'] : ['0.0.0.0'];
/** @returns as NGINX writes them: `0.0.0.0:80` */
export const addressesOf = ({ host, port }: Pick<Listen, 'host' | 'port'>): string[] =>
  (host ? [host] : wildcards).map((address) => `${address}:${port}`);

/**
 * Returns the values of nginx.conf.template that depend on these variables.
 *
 * @param ownPort plain port on this host, for the commands of the stack
 * @param http2 how this NGINX turns HTTP/2 on: a parameter of `listen`, a directive, or not at all
 */
export function edgeDirectives(
  edge: Edge,
  {
    ownPort,
    limitExempt,
    http2,
  }: { ownPort: number; limitExempt: string; http2?: 'parameter' | 'directive' },
) {
  const { listens, hasTls, tls, hosts } = readEdge(edge);
  refuseSelf(
    hosts,
    ['127.0.0.1', '[::1]'].map((host) => ({ host, port: ownPort })),
  );
  const same = listens.find(({ port, isTls }) => port === ownPort && (isTls || hasTls));
  if (same) {
    const text = describeListen(same);
    throw new UserError(`LISTEN names ${text}, a port that this host's own commands use: choose another.`);
  }
  const given = listens.flatMap((listen) => addressesOf(listen).map((address) => ({ address, ...listen })));
  const isGiven = (address: string) => given.some((one) => one.address === address);
  const own = [
    ['127.0.0.1', '0.0.0.0'],
    ['[::1]', '[::]'],
  ]
    .slice(0, wildcards.length)
    .filter((hosts) => !hosts.some((host) => isGiven(`${host}:${ownPort}`)))
    .map(([host]) => ({ address: `${host}:${ownPort}`, isTls: false }));
  const tlsParameters = http2 === 'parameter' ? ' ssl http2' : ' ssl';
  const listenLines = [...own, ...given].map(
    ({ address, isTls }) => `listen ${address}${isTls ? tlsParameters : ''} backlog=4096;`,
  );
  const redirected = new Set(listens.filter((one) => redirects(one, hasTls)).map(({ port }) => port));
  const proxies = edge.REAL_IP_FROM ? networksOf(itemsOf(edge.REAL_IP_FROM)) : [];
  const lines = (all: string[]) => all.join('\n    ');
  return {
    NGINX_LISTEN: lines(listenLines),
    NGINX_TLS: hasTls
      ? lines(['include tls/tls.conf;', ...(http2 === 'directive' ? ['http2 on;'] : [])])
      : '',
    NGINX_TLS_CERT: PEM,
    NGINX_TLS_KEY: PEM,
    NGINX_HTTPS_PORT: tls && tls.port !== 443 ? `:${tls.port}` : '',
    NGINX_REDIRECTED: lines([...redirected].map((port) => `${port} 1;`)),
    NGINX_REAL_IP: lines(proxies.map((network) => `set_real_ip_from ${network};`)),
    NGINX_LIMIT_EXEMPT: lines(networksOf(itemsOf(limitExempt)).map((network) => `${network} 1;`)),
    LIMIT_RATE: edge.LIMIT_RATE ?? '50r/s',
  };
}

/** @returns for a person to read: `https://*:443, http://*:80 (redirects)`; undefined if LISTEN is not set */
export function describeEdge(edge: Edge): string | undefined {
  const { listens, hasTls } = readEdge(edge);
  const texts = listens.map((one) => describeListen(one) + (redirects(one, hasTls) ? ' (redirects)' : ''));
  return texts.length > 0 ? texts.join(', ') : undefined;
}
