import { isIP } from 'node:net';
import { z } from 'zod';
import { EXAMPLE, parseApiHosts } from './api-hosts';
import { by, NETWORKS, type More } from './describe';
import { parseListen } from './listen';
import { flag, list, whole } from './values';
import { isNetwork } from '../lib/networks';

const text = (readBy: string, description: string, more: More = {}) =>
  by(readBy)(z.string().optional(), description, more);
const path = (readBy: string, description: string, defaultText?: string) =>
  text(readBy, description, { allowed: 'a path', defaultText });
const password = (readBy: string, description: string) =>
  text(readBy, description, {
    allowed: 'letters and digits',
    defaultText: 'none; required',
    secret: 'whole',
  });
const nginx = 'containers: NGINX';
const edge = '`npm start`, NGINX';
const absolutePath = (description: string) =>
  by(edge)(z.string().startsWith('/').optional(), description, { allowed: 'an absolute path' });

/** The number of ports that a stack keeps free for API workers. */
const MOST_WORKERS = 16;

interface Range {
  least: number;
  most: number;
}

function rangeOf(text: string): Range {
  const [least = 0, most = 0] = text.split('-').map(Number);
  return { least, most };
}

const isOfWorkers = ({ least, most }: Range) => least >= 1 && least <= most && most <= MOST_WORKERS;

/** Accepts an address with or without a port; NGINX wants brackets around IPv6. */
function isServer(item: string): boolean {
  const [, host = ''] = /^(\[[^\]]+\]|[^:]+)(?::\d{1,5})?$/.exec(item) ?? [];
  return isIP(host.replace(/[[\]]/g, '')) === (host.startsWith('[') ? 6 : 4);
}

/** Variables of NGINX, PM2 and the scripts, beside those of schema.ts. */
export const stackSchema = z.object({
  ROLE: by('`npm start`')(
    z.enum(['all', 'workers']).default('all'),
    'workers starts API workers and the job worker alone, which use the servers of other hosts (docs/hosts.md).',
  ),
  BALANCING: by('`npm start`, NGINX')(
    z.enum(['round-robin', 'least-connections', 'response-time']).default('round-robin'),
    'How NGINX distributes requests; docs/overload.md says which method suits when.',
  ),
  PROFILE: by('`npm start`, NGINX')(
    z.enum(['development', 'production']).default('development'),
    'production turns off what is for a machine of your own: limits have no exemption, no answer has `X-Worker`, and no Admin is made.',
  ),
  LISTEN: by(edge)(
    z
      .string()
      .refine((text) => parseListen(text, true))
      .optional(),
    'Addresses that NGINX listens on besides this host. With TLS_CERT all but port 80 speak HTTPS.',
    {
      allowed:
        'ports and addresses such as 80, 443, 10.0.0.5:443, [::]:443, http://0.0.0.0:8080, separated by commas',
      defaultText: 'this host alone, at port 3000 or the next free one',
    },
  ),
  TLS_CERT: absolutePath('File of the certificate, followed by those that lead to its root (fullchain.pem).'),
  TLS_KEY: absolutePath('File of its private key.'),
  REAL_IP_FROM: by(edge)(
    list(isNetwork).optional(),
    'Proxies before NGINX whose `X-Forwarded-For` is believed. Without it no client is believed.',
    { allowed: NETWORKS, defaultText: 'none' },
  ),
  LIMIT_RATE: by(edge)(
    z
      .string()
      .regex(/^[1-9]\d{0,5}r\/[sm]$/)
      .default('50r/s'),
    'Requests that NGINX accepts from one address, except from LIMIT_EXEMPT.',
    { allowed: '1r/s to 999999r/s, or r/m' },
  ),
  API_HOSTS: by(edge)(
    z
      .string()
      .refine((value) => !parseApiHosts(value).fault, {
        error: ({ input }) => parseApiHosts(String(input)).fault,
      })
      .optional(),
    'API workers of other hosts that NGINX lists besides its own (docs/hosts.md).',
    {
      allowed: `addresses or names with their ports, such as ${EXAMPLE}, [fd00::1]:4001, separated by commas`,
      defaultText: 'none',
    },
  ),
  RESOLVER: by(edge)(
    list(isServer).optional(),
    'DNS servers that NGINX asks again and again for the names in API_HOSTS.',
    {
      allowed: 'addresses such as 10.0.0.2, 10.0.0.3:5353, [fd00::2], separated by commas',
      defaultText: 'those of /etc/resolv.conf',
    },
  ),
  AUTOSCALE: by('`npm start`, `npm run supervise`')(
    z
      .string()
      .regex(/^\d{1,2}-\d{1,2}$/)
      .transform(rangeOf)
      .refine(isOfWorkers)
      .optional(),
    'Least and most API workers between which the supervisor scales by load; unset: it leaves their number alone.',
    { allowed: 'a range within 1-16, such as 1-4', defaultText: 'none' },
  ),
  AUTOSCALE_ABOVE_CORES: by('`npm start`, `npm run supervise`')(
    flag.default(false),
    'Lets AUTOSCALE run more API workers than this host has cores.',
  ),
  // Not validated: outside of containers PORT may belong to another program.
  PORT: by('containers')(z.string().default('3000'), 'Port at which NGINX is published.', {
    allowed: 'a port',
  }),
  LISTEN_ADDRESS: by('containers')(z.string().default('0.0.0.0'), 'Address at which NGINX is published.', {
    allowed: 'an address',
  }),
  PM2_HOME: path('`npm start`, PM2', 'Folder of the PM2 that runs the workers.', '~/.pm2'),
  PM2_APP_LOG: path(
    'PM2',
    'File for the output of the workers; containers set /dev/null, since PM2 itself prints it there.',
    'files in PM2_HOME/logs',
  ),
  TASKFLEET_CONTAINER: by('commands')(
    z.string().optional(),
    'Set in the images: messages name commands of containers, and those of PM2 nowhere.',
    { allowed: 'any text', defaultText: 'none' },
  ),
  TASKFLEET_CONFIG: path(
    '`npm start`, commands, PM2',
    'Configuration file with lines NAME=value; `npx taskfleet config` writes it.',
    'taskfleet.env in DATA_DIR',
  ),
  DATA_DIR: path(
    '`npm start`, commands, PM2',
    'Folder of the stack: database, secrets, logs and backups. A later command without it uses that of the last start.',
    '.local in the clone',
  ),
  BACKUP_KEY_FILE: by('commands')(
    z.string().startsWith('/').optional(),
    'File of the key that encrypts backups (docs/data.md#encrypted-backups). Without it they are not encrypted.',
    { allowed: 'an absolute path' },
  ),
  TASKFLEET_COMMIT: text('`npm run build`', 'Commit of the sources if git cannot be asked, as in an image.', {
    defaultText: 'what git says',
  }),
  TASKFLEET_DIR: path(
    'PM2, doctor',
    'Folder of a stack, in which it records its choices; scripts set it.',
    'DATA_DIR',
  ),
  TASKFLEET_STACK: path('scripts', 'Marks the processes of a stack; scripts set it.'),
  LOG_MAX_MB: by('`npm start`')(
    whole(1, 10_000).default(10),
    'Megabytes from which a log of the stack turns over; see docs/logs.md.',
  ),
  LOG_KEEP: by('`npm start`')(whole(1, 100).default(5), 'Earlier files of each log that are kept.'),
  XDG_CACHE_HOME: path('`npm start`', 'Folder in which a downloaded or built MongoDB is kept.', '~/.cache'),
  CARGO_HOME: path('`npm start`', 'Folder in which to look for cargo.', '~/.cargo'),
  NGINX_LISTEN: text(nginx, 'Directives with the addresses that NGINX listens on.'),
  NGINX_TLS: text(nginx, 'Directives for HTTPS.'),
  NGINX_TLS_CERT: path(nginx, 'File of the certificate.'),
  NGINX_TLS_KEY: path(nginx, 'File of its private key.'),
  NGINX_HTTPS_PORT: text(nginx, 'Port to which plain HTTP is redirected, as `:8443`.'),
  NGINX_REDIRECTED: text(nginx, 'Ports that only redirect, as lines `80 1;`.'),
  NGINX_REAL_IP: text(nginx, 'Directives `set_real_ip_from` for the proxies of REAL_IP_FROM.'),
  NGINX_LIMIT_EXEMPT: text(nginx, 'Networks of LIMIT_EXEMPT, as lines `10.0.0.0/8 1;`.'),
  NGINX_METRICS_LISTEN: text(nginx, 'Directive with the address at which Prometheus scrapes all workers.'),
  NGINX_DIR: path(nginx, 'Folder of its pid file and temporary files.'),
  NGINX_USER: text(nginx, 'Directive with the user that NGINX runs as.'),
  NGINX_LOAD_MODULES: text(nginx, 'Directives that load Lua, for BALANCING=response-time.'),
  NGINX_ACCESS_LOG: path(nginx, 'File of the access log.'),
  API_SERVERS: text(nginx, 'Directives with the port of each API worker.'),
  NGINX_API_HOSTS: text(nginx, 'Addresses of other hosts with API workers, as lines `10.0.0.11/32 1;`.'),
  NGINX_PROBE_PORT: text(
    nginx,
    'Port that only API workers reach, at which those that leave ask without limits.',
  ),
  NGINX_CONNECT_TIMEOUT: text(nginx, 'Time to connect to an API worker: 300ms if some are on other hosts.'),
  NGINX_TRIES_AGAIN: text(
    nginx,
    'How often a request that no API worker has got is sent again, from 1 to 8.',
  ),
  NGINX_PAUSE_URL: text(
    nginx,
    'Address of NGINX for the metrics, at which it delays itself before it does so.',
  ),
  DOOR_SERVERS: text(nginx, 'Directives with the internal port of each API worker, for the metrics.'),
  API_PEERS: text(nginx, 'The same as addresses, for BALANCING=response-time.'),
  MONGO_PASSWORD: password(
    'containers: MongoDB',
    'Password of the user `admin`, with which the health check creates the other users.',
  ),
  MONGO_API_PASSWORD: password('containers: MongoDB, API', "Password of the API's user of MongoDB."),
  MONGO_WORKER_PASSWORD: password(
    'containers: MongoDB, job worker',
    "Password of the job worker's user of MongoDB, which can access jobs, pictures and the list of hosts only.",
  ),
  REDIS_PASSWORD: password('containers: Redis, API', 'Password of Redis.'),
  RABBITMQ_PASSWORD: password(
    'containers: RabbitMQ, API, job worker',
    'Password of the user `taskfleet` of RabbitMQ.',
  ),
});
