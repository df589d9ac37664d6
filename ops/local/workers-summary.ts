import { apiHostsOf } from '../../src/config/api-hosts';
import { apiName } from '../stack/app-names';
import type { AppProcess, StackInfo } from '../stack/types';

/** Ports that `npm start` keeps free for API workers: docs/hosts.md, "Keys and ports". */
const PORTS = 16;

/** What `npm start` prints at the end with ROLE=workers. @param pm2Calls commands to list, follow and reload the apps */
export function describeWorkers(
  { env, servers }: Pick<StackInfo, 'env' | 'servers'>,
  apps: AppProcess[],
  pm2Calls: string[],
): string {
  const ports = apps.filter(({ name }) => name === apiName).flatMap(({ port }) => port ?? []);
  const hosts = apiHostsOf(env.HOST ?? '', ports);
  const first = Math.min(...ports);
  const block = Array.from({ length: PORTS }, (_, at) => first + at);
  const most = apiHostsOf(env.HOST ?? '', [...new Set([...ports, ...block])]);
  return `
taskfleet workers run at ${hosts}

  NGINX     on another host sends them requests once its API_HOSTS lists
            ${hosts}
            or, with room for npx taskfleet scale, up to ${most}
  Servers   ${servers.join(', ')} of other hosts
  Apps      ${pm2Calls.join('\n            ')}
  Stop      npm stop
`;
}
