import { doorsBeside } from '../../src/config/door-ports';
import { cores } from '../../src/process/cores';
import { findFree, isFree } from '../../tools/local-servers/ports';
import type { createStackFile } from '../../tools/local-servers/stack-file';
import { UserError } from '../../tools/command/run-command';
import type { Apps } from './apps';

/** Ports kept free for API workers, so that `pm2 scale` up never meets a port of another program. */
const portsPerStack = 16;

/**
 * Chooses the ports of the API workers.
 *
 * @param options basePort: the lowest one wanted; isFixed: no others will do, since NGINX on another host
 *   lists them; hasOwnDoors: INTERNAL_PORT is set, so that the internal ports do not move along
 */
export function createApiPorts({
  apps,
  stackFile,
  basePort = 4101,
  isFixed,
  hasOwnDoors,
}: {
  apps: Apps;
  stackFile: ReturnType<typeof createStackFile>;
  basePort?: number;
  isFixed: boolean;
  hasOwnDoors: boolean;
}) {
  async function requireFree(first: number, host: string) {
    const block = Array.from({ length: portsPerStack }, (_, i) => first + i);
    const free = await Promise.all(block.map((port) => isFree(port, [host])));
    const taken = block.filter((_, at) => !free[at]);
    if (taken.length === 0) return first;
    throw new UserError(
      `Port ${taken.join(', ')} of ${host} is taken, and ${portsPerStack} in a row are needed for API workers.\n` +
        'Choose others by BASE_PORT, and have API_HOSTS of NGINX list them.',
    );
  }

  const also = (first: number) => (hasOwnDoors ? [] : doorsBeside(first, portsPerStack));

  return {
    /** @param host address that the workers listen on */
    async choose(host = '127.0.0.1') {
      const { ports } = stackFile.read();
      const present = await apps.list();
      const [first] = present.flatMap(({ port, instance }) => (port ? port - instance : []));
      const wanted = (isFixed ? undefined : ports?.api) ?? first ?? basePort;
      const find = () =>
        isFixed ? requireFree(wanted, host) : findFree(wanted, { size: portsPerStack, step: 20, also });
      const api = present.length > 0 ? (ports?.api ?? wanted) : await find();
      stackFile.update({ ports: { ...stackFile.read().ports, api } });
    },

    /**
     * Lists more ports than there are workers, so that `pm2 scale` reaches NGINX without a reload, and the ports of
     * running workers: `pm2 scale` up and down again leaves the youngest workers, at high ports.
     */
    async reachable(apiWorkers: number) {
      const base = stackFile.read().ports?.api ?? 0;
      const count = Math.max(apiWorkers, cores.count, 4);
      const listed = Array.from({ length: count }, (_, i) => base + i);
      const running = (await apps.list()).flatMap(({ port }) => port ?? []);
      return [...new Set([...listed, ...running])].sort((a, b) => a - b);
    },
  };
}
