import { apiName } from '../stack/app-names';
import type { AppProcess, StackInfo } from '../stack/types';

/** @returns `10.0.0.12:4001-4004`, as API_HOSTS lists them; ports with a gap stand alone */
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

/** What `npm start` prints at the end with ROLE=workers. @param pm2Calls commands to list, follow and reload the apps */
export function describeWorkers(
  { env, servers }: Pick<StackInfo, 'env' | 'servers'>,
  apps: AppProcess[],
  pm2Calls: string[],
): string {
  const ports = apps.filter(({ name }) => name === apiName).flatMap(({ port }) => port ?? []);
  const hosts = apiHostsOf(env.HOST ?? '', ports);
  return `
taskfleet workers run at ${hosts}

  NGINX     on another host sends them requests once its API_HOSTS lists
            ${hosts}
  Servers   ${servers.join(', ')} of other hosts
  Apps      ${pm2Calls.join('\n            ')}
  Stop      npm stop
`;
}
