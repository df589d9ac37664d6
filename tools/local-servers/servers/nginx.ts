import fs from 'node:fs';
import path from 'node:path';
import { findCommand, commandVersion } from '../find-command';
import { converse } from './converse';
import { apiServers } from '../api-servers';
import { checkBalancing } from '../balancing';
import { internalPortOf } from '../../../src/config/door-ports';
import { edgeDirectives, type Edge } from '../edge';
import { http2Of, requireValid, versionOf } from './nginx-edge';
import { loadLua } from './nginx-lua';
import { UserError } from '../../command/run-command';
import type { ServerContext, ServerDefinition } from '../types';

const wrapper = path.join(__dirname, 'run-nginx.sh');

/** Fills ${NAME} in the template as envsubst does; NGINX's own $variables are lower case and stay. */
const render = (template: string, values: Record<string, string>) =>
  template.replace(/\$\{([A-Z][A-Z_]*)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`nginx.conf.template: no value for ${name}`);
    return value;
  });

/** @returns whether it was there with another text */
function write(file: string, text: string): boolean {
  const before = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
  if (before !== text) fs.writeFileSync(file, text);
  return before !== undefined && before !== text;
}

/** Returns the place of the internal ports of these workers by default. */
const doorsBy = ([first = 0]: number[]) => ({ host: '127.0.0.1', offset: internalPortOf(first) - first });

/** @returns the text of nginx.conf, and the addresses in it */
function configOf({
  root,
  ports,
  found,
  apiPorts = [],
  balancing,
  corsOrigins = '',
  limitExempt = 'loopback',
  edge = {},
  doors = doorsBy(apiPorts),
}: ServerContext<'nginx' | 'metrics'>) {
  const method = checkBalancing(balancing);
  // The API has judged them as origins; here they stand in the text of a configuration.
  if (!/^[\w.:/[\]*, -]*$/.test(corsOrigins))
    throw new UserError(`CORS_ORIGINS names no origins: ${corsOrigins}`);
  const template = fs.readFileSync(path.join(root, 'nginx', 'nginx.conf.template'), 'utf8');
  const http2 = edge.TLS_CERT ? http2Of(found.bin) : undefined;
  const directives = edgeDirectives(edge, { ownPort: ports.nginx, limitExempt, http2 });
  const text = render(template, {
    ...directives,
    NGINX_LOAD_MODULES: method === 'response-time' ? loadLua(found.bin) : '',
    // Keeps the workers at root if root starts NGINX: its default, "nobody", can't enter a private folder.
    NGINX_USER: process.getuid?.() === 0 ? 'user root;' : '',
    // Relative to the prefix, this folder: in a path NGINX takes `$` for a variable and `;` for an end.
    NGINX_DIR: '.',
    NGINX_PROBE_PORT: 'none',
    NGINX_METRICS_LISTEN: `listen 127.0.0.1:${ports.metrics};`,
    // PM2 never replaces all workers at once.
    NGINX_TRIES_AGAIN: '1',
    NGINX_PAUSE_URL: `http://127.0.0.1:${ports.metrics}`,
    BALANCING: method,
    ...apiServers(edge, { apiPorts, balancing: method, version: () => versionOf(found.bin) }),
    DOOR_SERVERS: apiPorts
      .map((port) => `server ${doors.host}:${port + doors.offset} max_fails=0;`)
      .join('\n    '),
    CORS_ORIGINS: corsOrigins,
    NGINX_ACCESS_LOG: 'access.log',
  });
  return { text, listens: directives.NGINX_LISTEN };
}

/** Values that people wrote; NGINX knows best whether it can serve with them. */
const needsJudgment = (edge?: Edge) => Boolean(edge?.LISTEN || edge?.API_HOSTS);

export const nginx: ServerDefinition<'nginx' | 'metrics'> = {
  name: 'nginx',
  title: 'NGINX',
  ports: { nginx: 3000, metrics: 9464 },
  executables: ['nginx'],

  find() {
    const bin = findCommand('nginx');
    return bin ? { bin } : undefined;
  },

  version: ({ found }) => commandVersion(found.bin, ['-v'], /nginx\/([\d.]+)/),

  /** Has NGINX itself judge it, which knows whether the host has these addresses and this user may open them. */
  check(context) {
    if (needsJudgment(context.edge)) requireValid(context.found.bin, context.dir, configOf(context).text);
  },

  prepare(context) {
    const { root, dir, found, edge = {} } = context;
    const { text, listens } = configOf(context);
    const changes = ['balancing', 'tls'].flatMap((name) => {
      const source = path.join(root, 'nginx', name);
      fs.mkdirSync(path.join(dir, name), { recursive: true });
      return fs
        .readdirSync(source)
        .map((file) => write(path.join(dir, name, file), fs.readFileSync(path.join(source, file), 'utf8')));
    });
    // A client of a certificate authority expects its folder to be there.
    fs.mkdirSync(path.join(dir, 'acme'), { recursive: true });
    if (needsJudgment(edge)) requireValid(found.bin, dir, text);
    changes.push(write(path.join(dir, 'nginx.conf'), text));
    const configChanged = changes.includes(true);
    // The shell runs it, so that it works without its x bit and on a mount that forbids executing.
    const args = [wrapper, found.bin, dir];
    // A reload can't open an address of which a part is open already, such as 0.0.0.0:80 after 127.0.0.1:80.
    const config = edge.LISTEN && listens;
    return [{ name: 'nginx', script: '/bin/sh', args, killTimeoutMs: 5_000, config, configChanged }];
  },

  async ping({ ports }) {
    const answer = await converse(ports.nginx, 'GET\r\n\r\n', (text) => text.length > 0);
    return answer.length > 0;
  },

  url: ({ ports }) => `http://localhost:${ports.nginx}`,
};
