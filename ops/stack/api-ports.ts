import { doorPortsFrom, internalPortOf } from '../../src/config/door-ports';
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
 *   lists them; internalPort: INTERNAL_PORT if it is set, so that the internal ports do not move along
 */
export function createApiPorts({
  apps,
  stackFile,
  basePort = 4101,
  isFixed,
  internalPort,
}: {
  apps: Apps;
  stackFile: ReturnType<typeof createStackFile>;
  basePort?: number;
  isFixed: boolean;
  internalPort: number | undefined;
}) {
  async function takenOf(ports: number[], addresses?: string[]) {
    const free = await Promise.all(ports.map((port) => isFree(port, addresses)));
    return ports.filter((_, at) => !free[at]).join(', ');
  }

  async function requireFree(first: number, host: string) {
    const block = Array.from({ length: portsPerStack }, (_, i) => first + i);
    const taken = await takenOf(block, [host]);
    if (!taken) return first;
    throw new UserError(
      `Port ${taken} of ${host} is taken, and ${portsPerStack} in a row are needed for API workers.\n` +
        'Choose others by BASE_PORT, and have API_HOSTS of NGINX list them.',
    );
  }

  async function requireFreeDoors(first: number, host?: string) {
    const taken = await takenOf(doorPortsFrom(first, portsPerStack), host ? [host] : undefined);
    if (taken)
      throw new UserError(
        `Port ${taken} is taken, and needed as an internal port. Choose others by INTERNAL_PORT.`,
      );
  }

  const also = (first: number) =>
    internalPort === undefined ? doorPortsFrom(internalPortOf(first), portsPerStack) : [];

  return {
    /** @param addresses those that the workers listen on */
    async choose({ HOST: host = '127.0.0.1', INTERNAL_HOST }: { HOST?: string; INTERNAL_HOST?: string }) {
      const { ports } = stackFile.read();
      const present = await apps.list();
      const [first] = present.flatMap(({ port, instance }) => (port ? port - instance : []));
      const wanted = (isFixed ? undefined : ports?.api) ?? first ?? basePort;
      const find = () =>
        isFixed ? requireFree(wanted, host) : findFree(wanted, { size: portsPerStack, step: 20, also });
      if (internalPort !== undefined && present.length === 0)
        await requireFreeDoors(internalPort, INTERNAL_HOST);
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
