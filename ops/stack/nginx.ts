import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { limitExemptOf } from '../../src/config/profile';
import { doorsOf } from '../../src/config/door-ports';
import type { Edge } from '../../tools/local-servers/edge';
import { checkCertificate } from '../../tools/local-servers/check-certificate';
import { checkEdge, dropPem, takeEdge } from '../../tools/local-servers/servers/nginx-edge';
import type { createPrivateServers } from '../../tools/local-servers/private-servers';
import type { createStackFile } from '../../tools/local-servers/stack-file';
import type { Upstream } from '../../tools/local-servers/types';
import type { Apps } from './apps';

/** Changes NGINX while it runs. @param options edge: what `npm start` read from the environment */
export function createNginx({
  dir,
  apps,
  servers,
  stackFile,
  edge,
}: {
  dir: string;
  apps: Apps;
  servers: ReturnType<typeof createPrivateServers>;
  stackFile: ReturnType<typeof createStackFile>;
  edge: Edge;
}) {
  const folder = path.join(dir, 'nginx');
  const isRunning = () => servers.isRunning('nginx');

  /** Writes NGINX's configuration anew; a field that `changes` lacks stays as it was. */
  async function update(changes: Partial<Upstream>) {
    const before = stackFile.read().upstream;
    if (!before) throw new Error('NGINX has not been started yet');
    const upstream = { ...before, ...changes };
    await servers.start(['nginx'], { upstream });
    stackFile.update({ upstream });
  }

  return {
    update,

    /** Checks the addresses and the certificate. @returns what NGINX is to be started with */
    async prepare(changes: Pick<Upstream, 'apiPorts' | 'balancing'>): Promise<Upstream> {
      await takeEdge(folder, edge, await isRunning());
      const { upstream } = stackFile.read();
      return { limitExempt: limitExemptOf(edge), ...upstream, ...changes, edge };
    },

    /** @returns warnings */
    async check(): Promise<string[]> {
      const warnings = checkCertificate(edge);
      await checkEdge(folder, edge, await isRunning());
      const { upstream } = stackFile.read();
      if (upstream) servers.check('nginx', { ...upstream, edge });
      return warnings;
    },

    /** Takes the addresses, the certificate and the proxies of the environment. */
    async reload(): Promise<void> {
      checkCertificate(edge);
      await takeEdge(folder, edge, await isRunning());
      await update({ edge });
      dropPem(folder, edge);
    },

    /** Removes what NGINX no longer needs, once it runs as prepared. */
    finish: () => dropPem(folder, edge),

    /** Has NGINX list the first `count` workers. `pm2 scale` down ends the oldest, not those with the highest ports. */
    async list(count?: number) {
      const running = (await apps.list()).flatMap(({ port }) => port ?? []).sort((a, b) => a - b);
      await update({ apiPorts: running.slice(0, count) });
    },

    /**
     * Has NGINX answer pages of the same origins, and exempt the same networks from limits, as the apps, and find
     * the metrics at their internal ports.
     */
    async follow(env: Record<string, string>) {
      const { services = {}, upstream } = stackFile.read();
      const { host, port } = doorsOf(env);
      const wanted = {
        corsOrigins: env.CORS_ORIGINS ?? '',
        limitExempt: limitExemptOf({ ...edge, ...env }),
        doors: { host, offset: port - Number(env.BASE_PORT) },
      };
      const { corsOrigins = '', limitExempt, doors } = upstream ?? {};
      const present = { corsOrigins, limitExempt, doors };
      if (services.nginx && !isDeepStrictEqual(wanted, present)) await update(wanted);
    },
  };
}
