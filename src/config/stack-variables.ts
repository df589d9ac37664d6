import { z } from 'zod';
import type { About } from './schema';

type StackAbout = Omit<About, 'readBy'> & { readBy: string };
const about = (
  readBy: string,
  description: string,
  more: Partial<StackAbout> = {},
): StackAbout & Record<string, unknown> => ({ description, readBy, ...more });
const path = { allowed: 'a path' };
const container = 'containers: NGINX';
/** Into .env, by the head of docker-compose.yml. */
const password = (readBy: string, description: string) =>
  z
    .string()
    .optional()
    .meta(
      about(readBy, description, {
        allowed: 'letters and digits',
        defaultText: 'none; needed',
        secret: 'whole',
      }),
    );

/** What NGINX, PM2 and the scripts read beside the processes (config-schema.ts). */
export const stackSchema = z.object({
  BALANCING: z
    .enum(['round-robin', 'least-connections', 'response-time'])
    .default('round-robin')
    .meta(
      about(
        '`npm start`, NGINX',
        'How NGINX spreads requests over the workers; docs/overload.md says which when.',
      ),
    ),
  LIMIT_RATE: z
    .string()
    .regex(/^[1-9]\d{0,5}r\/[sm]$/)
    .default('50r/s')
    .meta(
      about(
        '`npm start`, NGINX',
        "Requests of one address, as NGINX counts them; this machine's own are free.",
        {
          allowed: '1r/s to 999999r/s, or r/m',
        },
      ),
    ),
  // Not judged: outside of containers it is somebody else's.
  PORT: z
    .string()
    .default('3000')
    .meta(about('containers', 'Where NGINX is published.', { allowed: 'a port' })),
  PM2_HOME: z
    .string()
    .optional()
    .meta(
      about('`npm start`, PM2', 'The PM2 that the workers run under.', { ...path, defaultText: '~/.pm2' }),
    ),
  PM2_APP_LOG: z
    .string()
    .optional()
    .meta(
      about(
        'PM2',
        'Takes what the workers print; containers name /dev/null, since PM2 itself prints it there.',
        {
          ...path,
          defaultText: 'files in PM2_HOME/logs',
        },
      ),
    ),
  TASKFLEET_DIR: z
    .string()
    .optional()
    .meta(
      about('PM2, doctor', "The stack's folder, where `npm start` wrote what it chose; scripts set it.", {
        ...path,
        defaultText: '.local',
      }),
    ),
  TASKFLEET_STACK: z
    .string()
    .optional()
    .meta(about('scripts', 'Marks the processes of a stack; scripts set it.', path)),
  XDG_CACHE_HOME: z
    .string()
    .optional()
    .meta(
      about('`npm start`', 'Below it a MongoDB that was fetched or built is kept.', {
        ...path,
        defaultText: '~/.cache',
      }),
    ),
  CARGO_HOME: z
    .string()
    .optional()
    .meta(about('`npm start`', 'Where cargo is looked for.', { ...path, defaultText: '~/.cargo' })),
  NGINX_LISTEN: z.string().optional().meta(about(container, 'The lines that say where NGINX listens.')),
  NGINX_METRICS_LISTEN: z
    .string()
    .optional()
    .meta(about(container, 'The line that says where Prometheus finds the figures of all workers.')),
  NGINX_DIR: z
    .string()
    .optional()
    .meta(about(container, 'Its pid file and temporary files.', path)),
  NGINX_USER: z.string().optional().meta(about(container, 'The line that says whose its workers are.')),
  NGINX_LOAD_MODULES: z
    .string()
    .optional()
    .meta(about(container, 'The lines that load Lua, for BALANCING=response-time.')),
  NGINX_ACCESS_LOG: z
    .string()
    .optional()
    .meta(about(container, 'Where requests are logged.', path)),
  API_SERVERS: z.string().optional().meta(about(container, 'A line for each port of a worker.')),
  API_PEERS: z
    .string()
    .optional()
    .meta(about(container, 'The same as addresses, for BALANCING=response-time.')),
  MONGO_PASSWORD: password(
    'containers: MongoDB',
    'Password of its user `admin`, as which its health check makes the others.',
  ),
  MONGO_API_PASSWORD: password('containers: MongoDB, API', "Password of the API's user of MongoDB."),
  MONGO_WORKER_PASSWORD: password(
    'containers: MongoDB, job worker',
    "Password of the job worker's user of MongoDB, which sees jobs and pictures alone.",
  ),
  REDIS_PASSWORD: password('containers: Redis, API', 'Password of Redis.'),
  RABBITMQ_PASSWORD: password(
    'containers: RabbitMQ, API, job worker',
    'Password of the user `taskfleet` of RabbitMQ.',
  ),
});
