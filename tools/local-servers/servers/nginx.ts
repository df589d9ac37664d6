import fs from 'node:fs';
import path from 'node:path';
import { findCommand, commandVersion } from '../find-command';
import { converse } from './converse';
import { checkBalancing } from '../balancing';
import { loadLua } from './nginx-lua';
import { hasIpv6 } from '../ports';
import { UserError } from '../../command/run-command';
import type { ServerDefinition } from '../types';

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

  prepare({ root, dir, ports, found, apiPorts = [], balancing, corsOrigins = '' }) {
    const method = checkBalancing(balancing);
    // The API has judged them as origins; here they stand in the text of a configuration.
    if (!/^[\w.:/[\]*, -]*$/.test(corsOrigins))
      throw new UserError(`CORS_ORIGINS names no origins: ${corsOrigins}`);
    const template = fs.readFileSync(path.join(root, 'nginx', 'nginx.conf.template'), 'utf8');
    const listen = [`127.0.0.1:${ports.nginx}`, ...(hasIpv6 ? [`[::1]:${ports.nginx}`] : [])];
    const addresses = apiPorts.map((port) => `127.0.0.1:${port}`);
    const text = render(template, {
      NGINX_LOAD_MODULES: method === 'response-time' ? loadLua(found.bin) : '',
      // Keeps the workers at root if root starts NGINX: its default, "nobody", can't enter a private folder.
      NGINX_USER: process.getuid?.() === 0 ? 'user root;' : '',
      // Relative to the prefix, this folder: in a path NGINX takes `$` for a variable and `;` for an end.
      NGINX_DIR: '.',
      NGINX_LISTEN: listen.map((address) => `listen ${address} backlog=4096;`).join(' '),
      NGINX_METRICS_LISTEN: `listen 127.0.0.1:${ports.metrics};`,
      BALANCING: method,
      API_SERVERS: addresses
        .map((address) => `server ${address} max_fails=3 fail_timeout=2s;`)
        .join('\n    '),
      API_PEERS: addresses.join(' '),
      CORS_ORIGINS: corsOrigins,
      NGINX_ACCESS_LOG: 'access.log',
      LIMIT_RATE: process.env.LIMIT_RATE || '50r/s',
    });
    const source = path.join(root, 'nginx', 'balancing');
    fs.mkdirSync(path.join(dir, 'balancing'), { recursive: true });
    const changes = [
      write(path.join(dir, 'nginx.conf'), text),
      ...fs
        .readdirSync(source)
        .map((name) =>
          write(path.join(dir, 'balancing', name), fs.readFileSync(path.join(source, name), 'utf8')),
        ),
    ];
    const configChanged = changes.includes(true);
    // The shell runs it, so that it works without its x bit and on a mount that forbids executing.
    const args = [wrapper, found.bin, dir];
    return [{ name: 'nginx', script: '/bin/sh', args, killTimeoutMs: 5_000, configChanged }];
  },

  async ping({ ports }) {
    const answer = await converse(ports.nginx, 'GET\r\n\r\n', (text) => text.length > 0);
    return answer.length > 0;
  },

  url: ({ ports }) => `http://localhost:${ports.nginx}`,
};
